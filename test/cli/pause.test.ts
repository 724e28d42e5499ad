import { beforeEach, describe, expect, it } from 'vitest';
import { createVerbs } from '../../cli/verbs.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { createWorld } from '../../simulator/world.ts';
import { connectTo, runWith } from './account.ts';
import { POLICY } from './harbour.ts';

const JO = 'arn:aws:sts::123456789012:assumed-role/ops/jo';
const AT = '2026-11-21T14:00:00Z';

let journal: ReturnType<typeof createMemoryJournal>;
let store: ReturnType<typeof createMemoryStore<never, never>>;
let run: (...args: readonly string[]) => ReturnType<typeof runWith>;
beforeEach(async () => {
  const world = createWorld();
  journal = createMemoryJournal();
  store = createMemoryStore<never, never>(world.clock);
  const sink = { name: 'memory', takes: 'notable', write: journal.write } as const;
  const verbs = await createVerbs(connectTo(world, { store, sinks: [sink] }));
  run = (verb = '', ...args) => runWith(verbs, [verb, ...args, '--policy', POLICY]);
});

describe('stevedore pause', () => {
  it('stops all, says what that means for hooks, and what is paused now', async () => {
    const { code, out, err } = await run('pause');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`all is paused, from the next decision on. It goes on with: stevedore resume all
While draining is paused not even heartbeats are sent: hooks run out by themselves and end with their default result, and Spot instances are reclaimed undrained.
Paused now:
  all, by ${JO} since ${AT}
`);
    expect(await store.paused()).toEqual(new Set(['all']));
  });

  it('journals who did it, of all for each capability', async () => {
    await run('pause', '--by', 'ada');

    expect(journal.entries.map(({ capability, subject }) => [capability, subject])).toEqual([
      ['draining', 'draining'],
      ['scaling', 'scaling'],
      ['failover', 'failover'],
      ['retagging', 'retagging'],
      ['capacity', 'capacity'],
    ]);
    expect(journal.entries[0]).toMatchObject({
      reason: 'paused-by-hand',
      outcome: 'done',
      weight: 'notable',
      sentence: 'ada paused draining: nothing is changed until stevedore resume all.',
      facts: { scope: 'all', by: 'ada' },
      cause: { detailType: 'Stevedore Pause' },
    });
  });

  it.each([
    ['draining/harbour', 'draining/harbour', 'harbour'],
    ['scaling/harbour/web', 'scaling/service/harbour/web', 'service/harbour/web'],
    ['scaling/service/harbour/web', 'scaling/service/harbour/web', 'service/harbour/web'],
    ['failover/harbour', 'failover/harbour', 'harbour'],
    ['failover/harbour/photos', 'failover/service/harbour/photos', 'service/harbour/photos'],
    ['retagging/harbour/tracking', 'retagging/harbour/tracking', 'harbour/tracking'],
  ])('understands %s', async (named, scope, subject) => {
    const { code } = await run('pause', named);

    expect(code).toBe(0);
    expect(await store.paused()).toEqual(new Set([scope]));
    expect(journal.entries.map((entry) => entry.subject)).toEqual([subject]);
  });

  it.each([
    ['drainin', 'There is no scope drainin. Did you mean draining? There are: all, draining, scaling,'],
    ['scaling/harbour/wep', 'Did you mean scaling/harbour/web?'],
    ['drainin/harbour', 'Did you mean draining/harbour?'],
    ['draining/prod', 'There is no scope draining/prod. There are: '],
    ['failover/pool/X86_64/nowhere', 'There is no scope failover/pool/X86_64/nowhere.'],
  ])('refuses %s and names those there are', async (named, sentence) => {
    const { code, err } = await run('pause', named);

    expect(code).toBe(2);
    expect(err).toContain(sentence);
    expect(await store.paused()).toEqual(new Set());
    expect(journal.entries).toEqual([]);
  });

  it('changes nothing in a dry run', async () => {
    const { code, out } = await run('pause', 'scaling', '--dry-run');

    expect(code).toBe(0);
    expect(out).toBe(`This would pause scaling.
Paused then:
  scaling, by ${JO} since ${AT}
Nothing was changed.
`);
    expect(await store.paused()).toEqual(new Set());
    expect(journal.entries).toEqual([]);
  });

  it('leaves to whoever paused it first what is paused already', async () => {
    await run('pause', 'scaling', '--by', 'ada');

    const { code, out } = await run('pause', 'scaling', '--by', 'grace');

    expect(code).toBe(0);
    expect(out).toContain('scaling is paused already.');
    expect(await store.pauses()).toMatchObject([{ scope: 'scaling', by: 'ada' }]);
    expect(journal.entries).toHaveLength(1);
  });

  it('tells machines as JSON', async () => {
    const { out } = await run('pause', 'scaling', '--json');

    expect(JSON.parse(out)).toMatchObject({
      verb: 'pause',
      scope: 'scaling',
      by: JO,
      already: false,
      paused: [{ scope: 'scaling', by: JO }],
      hooks: [],
    });
  });

  it('stops although the journal is down, and says so', async () => {
    const world = createWorld();
    const failing = {
      name: 'bus',
      takes: 'notable',
      write: () => Promise.reject(new Error('no bus')),
    } as const;
    const verbs = await createVerbs(connectTo(world, { store, sinks: [failing] }));

    const { code, err } = await runWith(verbs, ['pause', 'scaling', '--policy', POLICY]);

    expect({ code, err }).toEqual({
      code: 0,
      err: 'The journal could not write 1 entries to its bus sink: no bus\n',
    });
    expect(await store.paused()).toEqual(new Set(['scaling']));
  });
});

describe('stevedore pause in an emergency', () => {
  it('does not need to know who it is', async () => {
    const world = createWorld();
    const identity = () => Promise.reject(new Error('no STS'));
    const verbs = await createVerbs(connectTo(world, { store, sinks: [], identity }));

    const { code, err } = await runWith(verbs, ['pause', '--policy', POLICY]);

    expect(code).toBe(0);
    expect(err).toMatch(/^AWS does not say who you are: the journal has your user name here, \S+\./);
    expect(await store.paused()).toEqual(new Set(['all']));
  });

  it('does not fail on what it only tells besides', async () => {
    const world = createWorld();
    const open = () => Promise.reject(new Error('no index'));
    const verbs = await createVerbs(connectTo(world, { store: { ...store, open }, sinks: [] }));

    const { code, out, err } = await runWith(verbs, ['pause', '--policy', POLICY]);

    expect({ code, err }).toEqual({ code: 0, err: 'Which hooks are open could not be read: no index\n' });
    expect(out).toContain('all is paused');
  });
});

describe('stevedore resume', () => {
  it('ends a pause and journals it', async () => {
    await run('pause', 'scaling');

    const { code, out } = await run('resume', 'scaling', '--by', 'ada');

    expect(code).toBe(0);
    expect(out).toBe(
      'scaling is resumed: within a minute it is decided by what is true then.\nNothing is paused.\n',
    );
    expect(await store.paused()).toEqual(new Set());
    expect(journal.entries.at(-1)).toMatchObject({ reason: 'resumed-by-hand', facts: { by: 'ada' } });
  });

  it('says which wider scope still holds, and exits with 3', async () => {
    await run('pause', 'draining/harbour');
    await run('pause');

    const { code, out } = await run('resume', 'draining/harbour');

    expect(code).toBe(3);
    expect(out).toContain('draining/harbour stays paused, because all is: stevedore resume all\n');
  });

  it('does not take one cluster for another whose name begins the same', async () => {
    await store.pause('draining/harbour-2', 'ada', 0);
    await run('pause', 'draining/harbour');

    expect((await run('resume', 'draining/harbour-2')).code).toBe(0);
  });

  it('knows that failover of a service is paused with that of its cluster', async () => {
    await run('pause', 'failover/harbour');
    await run('pause', 'failover/harbour/photos');

    const { code, out } = await run('resume', 'failover/harbour/photos');

    expect(code).toBe(3);
    expect(out).toContain('service/harbour/photos stays paused, because failover/harbour is: ');
  });

  it('ends the pause of what is not in the policy any more', async () => {
    await store.pause('draining/gone', 'ada', 0);

    const { code } = await run('resume', 'draining/gone');

    expect(code).toBe(0);
    expect(await store.paused()).toEqual(new Set());
  });

  it('has nothing to do for what was not paused', async () => {
    const { code, out } = await run('resume', 'scaling');

    expect({ code, out }).toEqual({ code: 0, out: 'scaling itself was not paused.\nNothing is paused.\n' });
    expect(journal.entries).toEqual([]);
  });
});
