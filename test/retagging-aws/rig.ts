import { Logger } from '@aws-lambda-powertools/logger';
import { createRetagHandler } from '../../functions/retag-handler.ts';
import { MINUTE } from '../../lib/clock.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { partitionOf } from '../../lib/retagging/dependencies.ts';
import type { Heard } from '../../lib/retagging/notice.ts';
import type { PromotionRule, RetaggingPolicy } from '../../lib/retagging/policy.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';
import {
  isRepository,
  type RepositoryRecord,
  type RetaggingRecord,
} from '../../lib/retagging/repository-record.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { edited } from '../events/samples.ts';
import { contextOf, type Sending } from '../functions/rig.ts';
import { aRule } from '../retagging/situations.ts';
import { createRetaggingWorld } from './world.ts';

export interface RetaggingRigOptions {
  readonly mode?: 'act' | 'observe';
  /** Default: `web:stable` follows the newest `v*` of the same repository. */
  readonly rules?: readonly PromotionRule[];
  readonly mostBytes?: number;
  /** What happens while a layer is downloaded. */
  readonly whileCopying?: () => Promise<void>;
}

/** The handler of retagging with everything around it: AWS mocked, store and journal in memory, time by hand. */
export function createRetaggingRig({
  mode = 'act',
  rules = [aRule()],
  mostBytes = 1e9,
  whileCopying = async () => {},
}: RetaggingRigOptions = {}) {
  const world = createRetaggingWorld();
  const { clock } = world;
  const store = createMemoryStore<RetaggingRecord, Heard>(clock);
  const journal = createMemoryJournal();
  const policy: RetaggingPolicy = { mode, reconcileEveryMs: 15 * MINUTE, rules };
  const download: typeof fetch = async (...request) => {
    await whileCopying();
    return world.fetch(...request);
  };
  const copying = { fetch: download, mostBytes };
  const deps = { policy, clients: world.clients, store, control: store, journal, clock, copying };
  const logger = new Logger({ serviceName: 'test', logLevel: 'SILENT' });
  const another = () => createRetagHandler({ ...deps, logger });
  let handler = another();
  let count = 0;
  const next = () => {
    count += 1;
    return `${count}`;
  };
  const base = () => ({ id: `event-${next()}`, time: new Date(clock.now()).toISOString() });

  const send = async (event: unknown, { id, remainingMs = 60_000 }: Sending = {}): Promise<void> => {
    await handler(event, contextOf(id ?? `invocation-${next()}`, remainingMs));
  };
  return {
    ...deps,
    world,
    send,
    /** ECR tells of a push; a tag of null: by digest. */
    pushed: (digest: string, tag: string | null, detail: Readonly<Record<string, unknown>> = {}): unknown =>
      edited('ecr-image-action', {
        ...base(),
        ...detailOf({
          'repository-name': 'web',
          'image-digest': digest,
          'image-tag': tag ?? undefined,
          ...detail,
        }),
      }),
    scanned: (digest: string): unknown =>
      edited('ecr-image-scan', {
        ...base(),
        ...detailOf({ 'repository-name': 'web', 'image-digest': digest, 'image-tags': [] }),
      }),
    ordered: (order: Readonly<Record<string, unknown>>): unknown =>
      edited('retag-order', {
        ...base(),
        ...detailOf({ repository: 'web', tag: 'stable', image: undefined, by: 'ada', ...order }),
      }),
    deployed: (service: string, eventName = 'SERVICE_DEPLOYMENT_COMPLETED'): unknown =>
      edited('deployment-state-change', {
        ...base(),
        resources: [`arn:aws:ecs:eu-central-1:111122223333:service/staging/${service}`],
        ...detailOf({ eventName }),
      }),
    /** Lambda starts a new environment: nothing is remembered but what is stored. */
    coldStart(): void {
      handler = another();
    },
    async tick(ms: number = MINUTE): Promise<void> {
      clock.advance(ms);
      await send(edited('schedule-tick', base()));
    },
    async record(id = 'web:stable'): Promise<TagRecord | undefined> {
      const partition = partitionOf(id.slice(0, id.indexOf(':')));
      const [stored] = await store.read([{ partition, id }]);
      return stored && !isRepository(stored.state) ? stored.state : undefined;
    },
    async repository(name = 'web'): Promise<RepositoryRecord | undefined> {
      const [stored] = await store.read([{ partition: partitionOf(name), id: name }]);
      return stored && isRepository(stored.state) ? stored.state : undefined;
    },
    puts: () => world.inputs('ECR:PutImage').length,
    reasons: () => journal.entries.map(({ reason }) => reason),
    notable: () => journal.entries.filter(({ weight }) => weight === 'notable').map(({ reason }) => reason),
    entry: (reason: string) => journal.entries.find((entry) => entry.reason === reason),
  };
}

export type RetaggingRig = ReturnType<typeof createRetaggingRig>;

const detailOf = (detail: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(detail).map(([name, value]) => [`detail.${name}`, value]));

/** A rig in which `stable` is on the image of `v1`, as one look at all has found. The calls so far are to be left aside. */
export async function settled(options: RetaggingRigOptions = {}) {
  const rig = createRetaggingRig(options);
  const first = rig.world.push('web', 'first', ['v1', 'stable']);
  await rig.tick();
  // What was pushed in the same second would not be newer.
  rig.clock.advance(MINUTE);
  return { ...rig, rig, first, calls: rig.world.calls.length };
}

/** Somebody pushes an image as `tag`, and ECR tells of it. */
export async function push(rig: RetaggingRig, name: string, tag: string): Promise<string> {
  const digest = rig.world.push('web', name, [tag]);
  await rig.send(rig.pushed(digest, tag));
  return digest;
}
