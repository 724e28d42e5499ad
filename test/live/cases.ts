import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import type { Aws, BusEvent, FailedEvent } from './aws.ts';

/** What the deployed service is to do. The cases of a capability run in their order; each builds on those before it. */
export interface Case {
  readonly capability: FunctionName | 'stack';
  readonly name: string;
  /** @throws if the service did not do it */
  readonly run: (aws: Aws) => Promise<void>;
}

/** What a case waits for takes a second or two on a laptop; more than this is told as not having come. */
const PATIENCE_MS = 20_000;

/** Asks until it is so: what goes by the bus comes when it comes. @throws with what was found last */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isSo: (found: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await ask();
    if (isSo(found)) return found;
    if (Date.now() > end) {
      const last = JSON.stringify(found)?.slice(0, 1_000);
      throw new Error(`expected within ${patienceMs / 1_000} s: ${what}\nfound: ${last}`);
    }
    await sleep(100);
  }
}

/** Waits until the journal's table has such an entry. */
export async function journalled(aws: Aws, wanted: Partial<JournalEntry>): Promise<JournalEntry> {
  const isWanted = (entry: JournalEntry) =>
    Object.entries(wanted).every(([key, value]) => entry[key as keyof JournalEntry] === value);
  const entries = await until(`in the journal ${JSON.stringify(wanted)}`, aws.journal, (all) =>
    all.some(isWanted),
  );
  const found = entries.find(isWanted);
  assert.ok(found);
  return found;
}

/** Ids of the events that the cases have made fail. */
export const failedOnPurpose = new Set<string>();

/**
 * Refuses every call of a service, puts an event on the bus, and waits until the queue of failed events has it: then the
 * function has failed on it three times.
 */
export async function failing(
  aws: Aws,
  refused: 'dynamodb' | 'ecr' | 'ecs',
  put: () => Promise<BusEvent>,
): Promise<void> {
  aws.front.refused.add(refused);
  try {
    const event = await put();
    failedOnPurpose.add(event.id);
    const isIt = ({ requestPayload }: FailedEvent) => requestPayload.id === event.id;
    const messages = await until(
      `event ${event.id} in the queue of failed events`,
      () => aws.messages('failed-events'),
      (all) => all.some(isIt),
    );
    const { responsePayload } = messages.find(isIt) ?? {};
    assert.match(responsePayload?.errorMessage ?? '', new RegExp(`not authorized to perform: ${refused}:`));
  } finally {
    aws.front.refused.delete(refused);
  }
}
