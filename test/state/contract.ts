import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { ControlStore, RecordKey, RecordStore } from '../../lib/state/store.ts';
import { type TestClock, testClock } from './clock.ts';

export interface State {
  readonly phase: string;
  readonly tasks?: readonly string[];
}
export type Store = RecordStore<State, string> & ControlStore;

/** An empty store on the given clock. */
export type MakeStore = (clock: TestClock) => Promise<Store>;

const key = (id: string, partition = 'draining#prod'): RecordKey => ({ partition, id });
const ids = (keys: readonly RecordKey[]) => keys.map(({ id }) => id).toSorted();
const fresh = { create: { phase: 'new' } };

/** What every RecordStore and ControlStore must do. */
export function storeContract(make: MakeStore): void {
  let clock: TestClock;
  let store: Store;
  beforeEach(async () => {
    clock = testClock();
    store = await make(clock);
  });
  const readOne = async (id: string) => (await store.read([key(id)]))[0];

  describe('append', () => {
    it('creates the record with the given state', async () => {
      const record = await store.append(key('i-1'), ['hook'], fresh);
      expect(record).toEqual({ key: key('i-1'), revision: 0, state: { phase: 'new' }, inbox: ['hook'] });
      expect(await readOne('i-1')).toEqual(record);
    });

    it('leaves the state of an existing record alone and adds to the end of its inbox', async () => {
      await store.append(key('i-1'), ['a', 'b'], fresh);
      const record = await store.append(key('i-1'), ['c'], { create: { phase: 'another' } });
      expect(record).toMatchObject({ state: { phase: 'new' }, inbox: ['a', 'b', 'c'], revision: 0 });
    });

    it('does nothing to a missing record without `create`', async () => {
      const dueAt = clock.now();
      expect(await store.append(key('i-1'), ['a'], { wake: true, dueAt })).toBeUndefined();
      expect(await store.read([key('i-1')])).toEqual([]);
      expect(await store.woken('draining#prod')).toEqual([]);
      expect(await store.open('draining#prod')).toEqual([]);
    });

    it('keeps all of many appends at the same time', async () => {
      const notices = Array.from({ length: 20 }, (_, index) => `n${index}`);
      await Promise.all(notices.map((notice) => store.append(key('i-1'), [notice], fresh)));
      expect((await readOne('i-1'))?.inbox.toSorted()).toEqual(notices.toSorted());
    });

    it('keeps records of the same id in two partitions apart', async () => {
      await store.append(key('i-1', 'a'), ['one'], fresh);
      await store.append(key('i-1', 'b'), ['two'], fresh);
      const records = await store.read([key('i-1', 'a'), key('i-1', 'b')]);
      expect(records.map((record) => record.inbox[0]).toSorted()).toEqual(['one', 'two']);
    });
  });

  describe('commit', () => {
    it('replaces the state, counts the revision and takes the consumed notices out', async () => {
      await store.append(key('i-1'), ['a', 'b'], fresh);
      const record = await store.commit(key('i-1'), 0, { state: { phase: 'draining' }, consumed: 2 });
      expect(record).toMatchObject({ revision: 1, state: { phase: 'draining' }, inbox: [] });
      expect(await readOne('i-1')).toEqual(record);
    });

    it('is not disturbed by a notice that arrives during the decision, and does not lose it', async () => {
      await store.append(key('i-1'), ['seen'], fresh);
      await store.append(key('i-1'), ['unseen']);
      const record = await store.commit(key('i-1'), 0, { state: { phase: 'draining' }, consumed: 1 });
      expect(record).toMatchObject({ revision: 1, state: { phase: 'draining' }, inbox: ['unseen'] });
    });

    it('takes out exactly the head of the inbox', async () => {
      await store.append(key('i-1'), ['a', 'b', 'c', 'd', 'e'], fresh);
      const record = await store.commit(key('i-1'), 0, { state: { phase: 'draining' }, consumed: 3 });
      expect(record?.inbox).toEqual(['d', 'e']);
    });

    it('leaves a record with an unread notice due at once and without expiry, whatever it says itself', async () => {
      await store.append(key('i-1'), ['seen'], fresh);
      await store.append(key('i-1'), ['unseen']);
      const now = clock.now();
      const later = { dueAt: now + HOUR, expiresAt: now + MINUTE };
      await store.commit(key('i-1'), 0, { state: { phase: 'closed' }, consumed: 1, ...later });
      expect(await store.due('draining#prod', now, 10)).toEqual([key('i-1')]);
      clock.advance(HOUR);
      expect((await readOne('i-1'))?.inbox).toEqual(['unseen']);
    });

    it('lets one of two committers win', async () => {
      await store.append(key('i-1'), ['a'], fresh);
      const results = await Promise.all(
        ['first', 'second'].map((phase) => store.commit(key('i-1'), 0, { state: { phase }, consumed: 1 })),
      );
      const winners = results.filter((result) => result !== undefined);
      expect(winners).toHaveLength(1);
      expect((await readOne('i-1'))?.state).toEqual(winners[0]?.state);
    });

    it('is a conflict for a missing record', async () => {
      expect(await store.commit(key('i-1'), 0, { state: { phase: 'x' }, consumed: 0 })).toBeUndefined();
      expect(await readOne('i-1')).toBeUndefined();
    });

    it('loses nothing when appends and commits race', async () => {
      const notices = Array.from({ length: 30 }, (_, index) => `n${index}`);
      await store.append(key('i-1'), [], { create: { phase: 'run', tasks: [] } });
      const appends = Promise.all(notices.map((notice) => store.append(key('i-1'), [notice])));
      let taken: readonly string[] = [];
      for (let round = 0; taken.length < notices.length && round < 200; round++) {
        const record = await readOne('i-1');
        if (!record) throw new Error('the record has gone');
        const tasks = [...(record.state.tasks ?? []), ...record.inbox];
        const commit = { state: { phase: 'run', tasks }, consumed: record.inbox.length };
        if (await store.commit(key('i-1'), record.revision, commit)) taken = tasks;
      }
      await appends;
      expect(taken.toSorted()).toEqual(notices.toSorted());
    });

    it('takes an inbox of many hundred notices', async () => {
      const notices = Array.from({ length: 400 }, (_, index) => `notice ${index}`);
      await store.append(key('i-1'), notices, fresh);
      const record = await store.commit(key('i-1'), 0, { state: { phase: 'done' }, consumed: 400 });
      expect(record?.inbox).toEqual([]);
    });
  });

  describe('read', () => {
    it('finds each record once and leaves the missing out, past the batch size of 100', async () => {
      const all = Array.from({ length: 130 }, (_, index) => key(`i-${index}`));
      await Promise.all(all.map((each) => store.append(each, [], fresh)));
      const records = await store.read([...all, ...all, key('i-missing')]);
      expect(ids(records.map((record) => record.key))).toEqual(ids(all));
    });

    it('reads records that are large together', async () => {
      const all = Array.from({ length: 90 }, (_, index) => key(`i-${index}`));
      const tasks = ['x'.repeat(200_000)];
      for (const each of all) await store.append(each, [], { create: { phase: 'large', tasks } });
      expect(await store.read(all)).toHaveLength(90);
    });

    it('hands out values that nobody can change for others', async () => {
      const state = { phase: 'new', tasks: ['a'] };
      await store.append(key('i-1'), ['n'], { create: state });
      state.tasks.push('b');
      const tasks = (await readOne('i-1'))?.state.tasks as string[] | undefined;
      try {
        tasks?.push('c');
      } catch {
        // Frozen is as good as copied.
      }
      expect((await readOne('i-1'))?.state.tasks).toEqual(['a']);
    });
  });

  describe('due', () => {
    it('lists what has passed, oldest first, at most the limit', async () => {
      const now = clock.now();
      await store.append(key('third'), [], { ...fresh, dueAt: now });
      await store.append(key('first'), [], { ...fresh, dueAt: now - 2 * MINUTE });
      await store.append(key('later'), [], { ...fresh, dueAt: now + 1 });
      await store.append(key('second'), [], { ...fresh, dueAt: now - MINUTE });
      await store.append(key('other', 'draining#dev'), [], { ...fresh, dueAt: now - MINUTE });
      expect(await store.due('draining#prod', now, 10)).toEqual([key('first'), key('second'), key('third')]);
      expect(await store.due('draining#prod', now, 2)).toEqual([key('first'), key('second')]);
      expect(await store.due('draining#prod', now, 0)).toEqual([]);
    });

    it('is brought forward by an append, but never put off', async () => {
      const now = clock.now();
      await store.append(key('i-1'), [], { ...fresh, dueAt: now + HOUR });
      await store.append(key('i-1'), ['a'], { dueAt: now + MINUTE });
      expect(await store.due('draining#prod', now + MINUTE, 10)).toEqual([key('i-1')]);
      await store.append(key('i-1'), ['b'], { dueAt: now + HOUR });
      expect(await store.due('draining#prod', now + MINUTE, 10)).toEqual([key('i-1')]);
    });

    it('is set and unset by a commit', async () => {
      const now = clock.now();
      await store.append(key('i-1'), [], { ...fresh, dueAt: now });
      await store.commit(key('i-1'), 0, { state: { phase: 'held' }, consumed: 0, dueAt: now + MINUTE });
      expect(await store.due('draining#prod', now, 10)).toEqual([]);
      expect(await store.open('draining#prod')).toEqual([key('i-1')]);
      await store.commit(key('i-1'), 1, { state: { phase: 'closed' }, consumed: 0 });
      expect(await store.open('draining#prod')).toEqual([]);
    });

    it('lists all open records over several pages of 1 MB', async () => {
      // Only keys are in the index and in the markers, so long ones fill the pages.
      const partition = `draining#${'p'.repeat(900)}`;
      const all = Array.from({ length: 700 }, (_, index) => key(`${'x'.repeat(900)}-${index}`, partition));
      const dueAt = clock.now();
      await Promise.all(all.map((each) => store.append(each, [], { ...fresh, dueAt, wake: true })));
      expect(ids(await store.open(partition))).toEqual(ids(all));
      expect(await store.due(partition, dueAt, 699)).toHaveLength(699);
      expect(ids(await store.woken(partition))).toEqual(ids(all));
      await store.acknowledge(all);
      expect(await store.woken(partition)).toEqual([]);
    });
  });

  describe('woken', () => {
    it('lists what was appended to with `wake`, once, until acknowledged', async () => {
      await store.append(key('i-1'), ['a'], { ...fresh, wake: true });
      await store.append(key('i-1'), ['b'], { wake: true });
      await store.append(key('i-2'), ['c'], fresh);
      expect(await store.woken('draining#prod')).toEqual([key('i-1')]);
      await store.acknowledge([key('i-1'), key('i-1'), key('i-2')]);
      expect(await store.woken('draining#prod')).toEqual([]);
    });

    it('lists again what is appended to after the acknowledgement', async () => {
      await store.append(key('i-1'), ['a'], { ...fresh, wake: true });
      await store.acknowledge([key('i-1')]);
      await store.append(key('i-1'), ['b'], { wake: true });
      expect(await store.woken('draining#prod')).toEqual([key('i-1')]);
    });
  });

  describe('expiry', () => {
    const close = async (ttl: number) => {
      await store.append(key('i-1'), [], fresh);
      const expiresAt = clock.now() + ttl;
      await store.commit(key('i-1'), 0, { state: { phase: 'closed' }, consumed: 0, expiresAt });
    };

    it('hides a record from its time on, and not before', async () => {
      await close(MINUTE);
      clock.advance(MINUTE - SECOND);
      expect((await readOne('i-1'))?.state.phase).toBe('closed');
      clock.advance(SECOND);
      expect(await readOne('i-1')).toBeUndefined();
    });

    it('makes a commit to the expired record a conflict', async () => {
      await close(MINUTE);
      clock.advance(MINUTE);
      expect(await store.commit(key('i-1'), 1, { state: { phase: 'x' }, consumed: 0 })).toBeUndefined();
    });

    it('starts the record afresh at an append with `create`, and ignores one without', async () => {
      await close(MINUTE);
      clock.advance(MINUTE);
      expect(await store.append(key('i-1'), ['late'])).toBeUndefined();
      const record = await store.append(key('i-1'), ['again'], { ...fresh, dueAt: clock.now() });
      expect(record).toMatchObject({ state: { phase: 'new' }, inbox: ['again'] });
      expect(await readOne('i-1')).toEqual(record);
      expect(await store.open('draining#prod')).toEqual([key('i-1')]);
    });

    it('does not lose a notice that arrives before it', async () => {
      await close(MINUTE);
      await store.append(key('i-1'), ['replayed']);
      clock.advance(HOUR);
      expect(await readOne('i-1')).toMatchObject({ state: { phase: 'closed' }, inbox: ['replayed'] });
    });
  });

  describe('leases', () => {
    it('are held by one, renewed by the same, and taken over once they have run out', async () => {
      const now = clock.now();
      expect(await store.claim('prod', 'a', now, now + MINUTE)).toBe(true);
      expect(await store.claim('prod', 'b', now + MINUTE - 1, now + HOUR)).toBe(false);
      expect(await store.claim('dev', 'b', now, now + MINUTE)).toBe(true);
      expect(await store.claim('prod', 'a', now + SECOND, now + 2 * MINUTE)).toBe(true);
      expect(await store.claim('prod', 'b', now + MINUTE, now + HOUR)).toBe(false);
      expect(await store.claim('prod', 'b', now + 2 * MINUTE, now + HOUR)).toBe(true);
    });

    it('are given to one of many who ask at once', async () => {
      const now = clock.now();
      const owners = Array.from({ length: 10 }, (_, index) => `owner-${index}`);
      const got = await Promise.all(owners.map((owner) => store.claim('prod', owner, now, now + MINUTE)));
      expect(got.filter(Boolean)).toHaveLength(1);
    });

    it('are released by their owner only', async () => {
      const now = clock.now();
      await store.claim('prod', 'a', now, now + MINUTE);
      await store.release('prod', 'b');
      expect(await store.claim('prod', 'b', now, now + MINUTE)).toBe(false);
      await store.release('prod', 'a');
      expect(await store.claim('prod', 'b', now, now + MINUTE)).toBe(true);
    });
  });

  describe('pointers', () => {
    it('resolve to their key until they expire', async () => {
      await store.point('arn:1', key('i-1'), clock.now() + MINUTE);
      expect(await store.resolve('arn:1')).toEqual(key('i-1'));
      expect(await store.resolve('arn:2')).toBeUndefined();
      clock.advance(MINUTE);
      expect(await store.resolve('arn:1')).toBeUndefined();
    });
  });

  describe('control', () => {
    it('knows the paused scopes', async () => {
      expect(await store.paused()).toEqual(new Set());
      await store.pause('all', 'alice', clock.now());
      await store.pause('draining/prod', 'alice', clock.now());
      expect(await store.paused()).toEqual(new Set(['all', 'draining/prod']));
      await store.resume('all');
      await store.resume('never-paused');
      expect(await store.paused()).toEqual(new Set(['draining/prod']));
    });

    it('knows who paused them, and when, by scope', async () => {
      await store.pause('scaling', 'bob', clock.now() + SECOND);
      await store.pause('all', 'alice', clock.now());

      expect(await store.pauses()).toEqual([
        { scope: 'all', by: 'alice', at: clock.now() },
        { scope: 'scaling', by: 'bob', at: clock.now() + SECOND },
      ]);
    });
  });
}
