import { beforeAll, describe, expect, it } from 'vitest';
import { momentOf } from '../../cli/history/options.ts';
import { shelvesOf } from '../../cli/history/subjects.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { HOUR, MINUTE, utc } from '../../lib/clock.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { createJournalReader, createTableSink } from '../../lib/journal/table.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { createWorld } from '../../simulator/world.ts';
import { AT, entry } from '../journal/entries.ts';
import { startDynamo } from '../state/dynalite.ts';
import { connectTo, readerOf, runWith } from './account.ts';
import { harbour } from './harbour.ts';

let played: Awaited<ReturnType<typeof harbour>>;
beforeAll(async () => {
  played = await harbour(148);
});

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const reasons = (out: string) => lines(out).map((line) => /\(([\w-]+)\)$/.exec(line)?.[1]);

describe('stevedore history', () => {
  it('tells who terminated a host, and why, from the first decision to the last', async () => {
    const { run, hosts } = played;

    const { code, out, err } = await run('history', hosts.stuck);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines(out)[0]).toBe(
      `2026-11-21T14:00:24Z  acted     ${hosts.stuck} is DRAINING for a scale-in (lifecycle hook), with 4 task(s) to leave, deadline 2026-11-21T14:12:23Z. (drain-begun)`,
    );
    expect(reasons(out)).toEqual([
      'drain-begun',
      'drain-blocked',
      'drain-blocked',
      'hook-completed',
      'deadline-continue',
      'instance-gone',
    ]);
  });

  it('tells with --long what it was about, which calls were made, and for which event', async () => {
    const { run, hosts } = played;

    const { out } = await run('history', hosts.stuck, '--reason', 'drain-begun', '--long');

    expect(out).toMatch(
      new RegExp(
        `\\(drain-begun\\)\\n {4}about {2}draining, harbour, ${hosts.stuck}\\n {4}calls {2}ECS:UpdateContainerInstancesState\\n {4}cause {2}EC2 Instance-terminate Lifecycle Action, event \\S+\\n {4}facts {2}tasks=4\\n$`,
      ),
    );
  });

  it.each([
    ['harbour/web', 'scaled-out'],
    ['service/harbour/web', 'scaled-out'],
    ['harbour/photos', 'restored'],
    ['harbour/tracking:production', 'promoted'],
  ])('finds %s', async (subject, reason) => {
    const { out } = await played.run('history', subject);

    expect(reasons(out)).toContain(reason);
  });

  it('without a name tells what was decided at all, oldest first', async () => {
    const { run, deployment } = played;

    const { out } = await run('history', '--limit', '1000');

    const notable = deployment.journal.filter(({ weight }) => weight === 'notable');
    expect(lines(out)).toHaveLength(notable.length);
    const times = lines(out).map((line) => line.slice(0, 20));
    expect(times).toEqual(times.toSorted());
  });

  it.each([
    [['--capability', 'failover'], /^\S+ {2}\w+ +service\/harbour\/(manifests|photos)|pool\//],
    [['--outcome', 'refused'], /Z {2}refused /],
    [['--reason', 'promoted'], /\(promoted\)$/],
  ])('filters by %j', async (filter, pattern) => {
    const all = lines((await played.run('history', '--limit', '1000')).out);

    const some = lines((await played.run('history', '--limit', '1000', ...filter)).out);

    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
    expect(some.filter((line) => !pattern.test(line))).toEqual([]);
  });

  it('tells the newest within the limit, and that there are more', async () => {
    const all = lines((await played.run('history', 'harbour/web')).out);

    const { out, err } = await played.run('history', 'harbour/web', '--limit', '3');

    expect(lines(out)).toEqual(all.slice(-3));
    expect(err).toBe('Older ones are left out: --limit 6 or --until shows more.\n');
  });

  it('does not say so when the limit is just enough', async () => {
    const all = lines((await played.run('history', 'harbour/web')).out);

    const { err } = await played.run('history', 'harbour/web', '--limit', String(all.length));

    expect(err).toBe('');
  });

  it('tells what happened in a span of time', async () => {
    const { out } = await played.run('history', '--since', '2026-11-21T15:58', '--until', '20m');

    const times = lines(out).map((line) => line.slice(0, 20));
    expect(times.length).toBeGreaterThan(0);
    expect(times.filter((time) => time < '2026-11-21T15:58' || time >= '2026-11-21T16:08')).toEqual([]);
  });

  it('tells machines an object per line', async () => {
    const { run, hosts } = played;

    const { out } = await run('history', hosts.stuck, '--json');

    expect(lines(out).map((line) => JSON.parse(line))[0]).toMatchObject({
      time: '2026-11-21T14:00:24Z',
      capability: 'draining',
      reason: 'drain-begun',
      subject: hosts.stuck,
      facts: { tasks: 4 },
    });
  });

  it('says where it looked when there is nothing', async () => {
    const { code, out, err } = await played.run('history', 'prod/api');

    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain(
      'Looked for: service/prod/api (scaling), service/prod/api (failover), prod/api (retagging).',
    );
  });

  it.each([
    [['--reason', 'drain-begin'], '--reason: there is no drain-begin. Did you mean drain-begun?'],
    [['--outcome', 'failled'], '--outcome: there is no failled. Did you mean failed?'],
    [['--capability', 'drain'], '--capability: there is no drain.'],
    [
      ['--since', 'yesterday'],
      '--since: found "yesterday", expected how long ago, such as 2h or 3d, or a time',
    ],
    [['--since', '1h', '--until', '2h'], 'there is nothing between'],
    [['--limit', '0'], '--limit: found "0", expected a whole number from 1 up.'],
    [['a', 'b'], 'Found b after a; name one subject.'],
  ])('refuses %j', async (args, sentence) => {
    const { code, err } = await played.run('history', ...args);

    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  it('goes back over the days, and no further than it must', async () => {
    const world = createWorld();
    const days: string[] = [];
    const journal = createMemoryJournal();
    const at = (days_: number) => world.now() - days_ * 24 * HOUR;
    await journal.write([entry({ at: at(3) }), entry({ at: at(2) }), entry({ at: at(1) })]);
    const reader = readerOf(() => journal.entries);
    const watched = {
      ...reader,
      ofDay: (...args: Parameters<typeof reader.ofDay>) => {
        days.push(args[0]);
        return reader.ofDay(...args);
      },
    };
    const kept = { store: createMemoryStore<never, never>(world.clock), sinks: [], journal: watched };
    const verbs = await createVerbs(connectTo(world, kept));

    const { out } = await runWith(verbs, ['history', '--since', '7d', '--limit', '1', '--json']);

    expect(JSON.parse(out)).toMatchObject({ at: at(1) });
    expect(days).toEqual(['2026-11-21', '2026-11-20', '2026-11-19']);
  });

  it('reads the table of the deployment', async () => {
    const dynamo = await startDynamo();
    await dynamo.createTable('stevedore');
    const world = createWorld();
    const clock = { now: () => AT + MINUTE, sleep: async () => undefined };
    const table = { client: dynamo.client, name: 'stevedore', clock, random: () => 0.5 };
    await createTableSink(table, 'a').write([entry(), entry({ subject: 'i-2' })]);
    const kept = { store: createMemoryStore<never, never>(clock), sinks: [], clock };
    const verbs = await createVerbs(connectTo(world, { ...kept, journal: createJournalReader(table) }));

    const { out } = await runWith(verbs, ['history', 'i-1', '--json']);
    const all = await runWith(verbs, ['history', '--json']);
    await dynamo.stop();

    expect(JSON.parse(out)).toEqual({ time: utc(AT), ...entry() });
    expect(lines(all.out)).toHaveLength(2);
  });
});

describe('the names that the journal has', () => {
  it.each([
    ['i-0a1b2c3d', ['draining i-0a1b2c3d', 'capacity i-0a1b2c3d']],
    ['mi-0a1b2c3d', ['draining mi-0a1b2c3d', 'capacity mi-0a1b2c3d']],
    ['shop/api:v1', ['retagging shop/api:v1']],
    ['shop/api:v1@us-east-1', ['retagging shop/api:v1@us-east-1']],
    ['group/prod-ecs', ['scaling group/prod-ecs', 'failover group/prod-ecs']],
    ['pool/ARM64/a', ['scaling pool/ARM64/a', 'failover pool/ARM64/a']],
  ])('of %s', (text, names) => {
    expect(shelvesOf(text).map(({ capability, subject }) => `${capability} ${subject}`)).toEqual(names);
  });

  it('of a single word may be a cluster, a group, a migration or a capability', () => {
    const subjects = shelvesOf('prod').map(({ subject }) => subject);

    expect(subjects).toEqual(expect.arrayContaining(['prod', 'group/prod', 'migration/prod']));
  });
});

describe('a moment', () => {
  const now = Date.UTC(2026, 10, 21, 14);

  it.each([
    ['2h', '2026-11-21T12:00:00Z'],
    ['1d12h', '2026-11-20T02:00:00Z'],
    ['2026-11-20', '2026-11-20T00:00:00Z'],
    ['2026-11-20T08:30', '2026-11-20T08:30:00Z'],
    ['2026-11-20T08:30:15Z', '2026-11-20T08:30:15Z'],
    ['2026-11-20T08:30+02:00', '2026-11-20T06:30:00Z'],
  ])('%s is %s, whatever the zone of the terminal', (text, at) => {
    expect(utc(momentOf('--since', text, now))).toBe(at);
  });

  it.each(['', '2', 'h', '2026', '2026-13-01', '21.11.2026'])('%j is none', (text) => {
    expect(() => momentOf('--since', text, now)).toThrow(/--since: found/);
  });
});
