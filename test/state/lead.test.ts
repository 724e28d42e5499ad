import { expect, it } from 'vitest';
import { SECOND } from '../../lib/clock.ts';
import { lead } from '../../lib/state/lead.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { RecordKey } from '../../lib/state/store.ts';
import { testClock } from './clock.ts';

const PARTITION = 'draining#prod';
const KEYS: readonly RecordKey[] = ['a', 'b', 'c'].map((id) => ({ partition: PARTITION, id }));

/** Works on three records, one in a pass. After so many seconds of each pass somebody else asks for the lease. */
async function workWith({ passSeconds }: { readonly passSeconds: number }) {
  const clock = testClock();
  const store = createMemoryStore<unknown, string>(clock);
  for (const key of KEYS) await store.append(key, [], { create: null });
  const looked: string[] = [];
  const takenOver: boolean[] = [];
  const pass = async (keys: readonly RecordKey[]) => {
    looked.push(...keys.map(({ id }) => id));
    clock.advance(passSeconds * SECOND);
    takenOver.push(await store.claim(PARTITION, 'other', clock.now(), clock.now() + 20 * SECOND));
    return [];
  };
  const invocation = { id: 'holder', remainingMs: () => 300 * SECOND };
  await lead({ store, clock, partition: PARTITION, batch: 1, pass }, KEYS, invocation);
  return { looked, takenOver, left: (await store.woken(PARTITION)).map(({ id }) => id) };
}

it('renews the lease between two passes, so that nobody takes it over from a holder that works on', async () => {
  expect(await workWith({ passSeconds: 15 })).toEqual({
    looked: ['a', 'b', 'c'],
    takenOver: [false, false, false],
    left: [],
  });
});

it('leaves the rest to whoever took the lease over during a pass that was too long', async () => {
  expect(await workWith({ passSeconds: 25 })).toEqual({
    looked: ['a'],
    takenOver: [true],
    left: ['b', 'c'],
  });
});
