import { describe, expect, it } from 'vitest';
import { createVerbs } from '../../cli/verbs.ts';
import type { CapacityRecord } from '../../lib/capacity/record.ts';
import { MINUTE, utc } from '../../lib/clock.ts';
import { groupName } from '../../lib/ids.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { RecordStore } from '../../lib/state/store.ts';
import { createWorld } from '../../simulator/world.ts';
import { connectTo, runWith } from './account.ts';
import { harbour, POLICY } from './harbour.ts';
import { policyFile } from './planning.ts';

const status = ['status', '--policy', POLICY] as const;

describe('stevedore status', () => {
  it('shows drains with progress, time left and what blocks them', async () => {
    const { run, hosts } = await harbour(4);

    const { code, out, err } = await run(...status);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`2026-11-21T14:04:00Z

Drains
  ${hosts.stuck} in harbour: draining, 2 of 4 tasks left, continue in 8m23s, opened 3m35s ago (hook)
    hook stevedore-drain of harbour-ecs: runs out in 3m47s without a heartbeat, ends in 8h16m23s at the latest
    blocked: Service ledger cannot move: with desired count 1, minimumHealthyPercent 100 and maximumPercent 100 ECS may neither stop a task first nor start one more. Lower the one or raise the other.
    blocked: Daemon node-exporter is stopped by ECS once the other tasks are gone.
  ${hosts.unannounced} in harbour: draining, 1 of 4 tasks left, continue in 8m47s, opened 3m13s ago (hook)
    hook stevedore-drain of harbour-ecs: runs out in 3m47s without a heartbeat, ends in 8h16m47s at the latest
    blocked: ${/blocked: (Task \w+ is standalone.*)/.exec(out)?.[1]}
  ${hosts.spot} in harbour: leaving, nothing runs on it and ECS lists it still, EC2 takes it in 1m, opened 59s ago (spot-interruption)

Nothing to tell of: paused, breakers, migrations, scaling, promotions, capacity, failure queues.
`);
  });

  it('asks nothing of AWS but the table and the queues', async () => {
    const { run, world } = await harbour(4);
    const before = world.recording.calls.length;

    await run(...status);

    expect(world.recording.calls.length).toBe(before);
  });

  it('shows what a drain that has not begun waits for', async () => {
    const { run, hosts } = await harbour(21);

    expect((await run(...status)).out).toContain(
      `\n  ${hosts.queued} in harbour: requested, waits: waiting-for-room, opened 54s ago (order)\n`,
    );
  });

  it('shows cooldowns and alarms of what is scaled', async () => {
    const { run } = await harbour(34);

    expect((await run(...status)).out).toContain(`
Scaling
  service/harbour/web: 21, from 14 to 28, in ALARM: harbour-web-busy
    cooldown of scaling out ends in 6s (14 to 21 by busy)
`);
  });

  it('shows breakers with their phase and cool-off, until they are closed', async () => {
    const { run, until } = await harbour(58);
    const failing = await run(...status);
    await until(62);
    const open = await run(...status);
    await until(118);
    const closed = await run(...status);

    expect(failing.out).toMatch(
      /\nBreakers\n {2}pool\/\S+: open, changed 33s ago, cools off, probe in 11m8s\n/,
    );
    expect(failing.out).toContain('\n  service/harbour/photos: suspect for 38s\n');
    expect(open.out).toMatch(/\n {2}service\/harbour\/photos: open for 2m50s \(pool\/\S+\)\n/);
    expect(closed.out).not.toContain('Breakers');
  });

  it('shows why a promotion waits, in the words of the journal or by the code', async () => {
    const { run, until } = await harbour(118);
    const young = await run(...status);
    await until(131);
    const unclean = await run(...status);

    expect(young.out).toMatch(
      /\nPromotions\n {2}harbour\/tracking:production: on sha256:\w{12}\n {4}held: .+ \(too-young\)\n/,
    );
    expect(unclean.out).toMatch(
      /\n {4}refused: harbour\/tracking:production: sha256:\w{12} has more findings than the rule allows: critical 1 .* \(findings-exceed\)\n/,
    );
  });

  it('shows what is paused, by whom, and that events wait for a decision', async () => {
    const { run, until } = await harbour(1);
    await run('pause', 'draining', '--by', 'ada', '--policy', POLICY);
    await until(2);

    const { out } = await run(...status);

    expect(out).toContain('\nPaused\n  draining, by ada since 2026-11-21T14:01:00Z\n');
    expect(out).toMatch(/\n {4}\d+ events noted and not decided on yet\n/);
  });

  it('shows instances that capacity lets go or could, and services that lack tasks', async () => {
    const world = createWorld();
    const table = createMemoryStore<never, never>(world.clock);
    const store: RecordStore<CapacityRecord, never> = table;
    const at = world.now() - MINUTE;
    const first = { reason: 'empty', since: at } as const;
    const leaving: CapacityRecord['leaving'] = {
      'i-1': { ...first, phase: 'ordered', group: groupName('prod-ecs'), sentence: '' },
    };
    const record: CapacityRecord = {
      cluster: 'prod',
      leaving,
      candidates: { 'i-1': first, 'i-2': { ...first, reason: 'underused' } },
      pendingSince: { 'service:web web:7': at },
    };
    await store.append({ partition: 'capacity', id: 'prod' }, [], { create: record });
    const verbs = await createVerbs(connectTo(world, { store: table, sinks: [] }));
    const file = policyFile('version: 1\ncapacity: { clusters: { prod: { groups: [prod-ecs] } } }\n');

    const { out } = await runWith(verbs, ['status', '--policy', file]);
    const json = JSON.parse((await runWith(verbs, ['status', '--policy', file, '--json'])).out);

    expect(out).toContain(`
Capacity
  prod:
    service:web web:7: waits for an instance, 1m
    i-1 of prod-ecs: is drained, and then terminated, for 1m (empty)
    i-2: could go for 1m (underused)
`);
    expect(json.capacity).toMatchObject([
      { cluster: 'prod', leaving: [{ instance: 'i-1', phase: 'ordered', since: at }] },
    ]);
  });

  it('tells machines as JSON, times in milliseconds', async () => {
    const { run, hosts, world } = await harbour(4);

    const found = JSON.parse((await run(...status, '--json')).out);

    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        'at',
        'paused',
        'drains',
        'targets',
        'breakers',
        'pools',
        'migrations',
        'promotions',
        'queues',
      ]),
    );
    expect(found.at).toBe(world.now());
    expect(found.drains[0]).toMatchObject({
      instance: hosts.stuck,
      phase: 'draining',
      tasksLeft: 2,
      tasksAtFirst: 4,
      hooks: [{ hook: 'stevedore-drain', group: 'harbour-ecs' }],
    });
  });

  it('says of a quiet deployment that there is nothing to tell', async () => {
    const world = createWorld();
    const store = createMemoryStore<never, never>(world.clock);
    const verbs = await createVerbs(connectTo(world, { store, sinks: [] }));

    const { out } = await runWith(verbs, status);

    expect(out).toBe(
      `${utc(world.now())}\n\nNothing to tell of: paused, drains, breakers, migrations, scaling, promotions, capacity, failure queues.\n`,
    );
  });

  it('shows a freeze, also of a target that was not looked at yet, and a cooldown of scaling in', async () => {
    const world = createWorld();
    const table = createMemoryStore<never, never>(world.clock);
    const store: RecordStore<ScalingRecord, never> = table;
    const at = world.now() - MINUTE;
    const record: ScalingRecord = {
      target: 'service/prod/api',
      lastIn: { at, from: 5, to: 4, policy: 'idle', cooldownMs: 3 * MINUTE },
      changes: [],
      wanted: {},
      schedulesSeen: {},
      inAlarm: [],
      seen: [],
      emptySince: {},
      lastDesired: 4,
    };
    await store.append({ partition: 'scaling', id: record.target }, [], { create: record });
    const verbs = await createVerbs(connectTo(world, { store: table, sinks: [] }));
    const file = policyFile(`version: 1
scaling:
  services:
    prod/api: &plain { min: 1, max: 9, schedules: { s: { cron: '0 1 * * *', min: 2 } } }
    prod/web:
      <<: *plain
      freezes: { sale: { cron: '0 13 * * *', duration: 3h, directions: in } }
`);

    const { out, err } = await runWith(verbs, ['status', '--policy', file]);

    expect(err).toBe('');
    expect(out).toContain(`
Scaling
  service/prod/api: 4, from 1 to 9
    cooldown of scaling in ends in 2m (5 to 4 by idle)
  service/prod/web: from 1 to 9
    scaling in is frozen by sale, ends in 2h
`);
  });
});

describe('the failure queues in stevedore status', () => {
  it('are told with how many events they hold, and what to do about them', async () => {
    const { run } = await harbour(1, {
      queues: { 'stevedore-undelivered-events': 1, 'stevedore-failed-events': 12 },
    });

    const { code, out } = await run(...status);

    expect(code).toBe(0);
    expect(out).toMatch(
      /\nFailure queues\n {2}stevedore-undelivered-events: 1 event\n {4}EventBridge could not hand them .*docs\/operations\.md#queues\.\n {2}stevedore-failed-events: 12 events\n {4}A function failed on each of them .*\n/,
    );
  });

  it('are told to machines, empty ones too', async () => {
    const { run } = await harbour(1, {
      queues: { 'stevedore-undelivered-events': 0, 'stevedore-failed-events': 12 },
    });

    expect(JSON.parse((await run(...status, '--json')).out).queues).toEqual([
      { queue: 'stevedore-undelivered-events', messages: 0, sentence: null },
      { queue: 'stevedore-failed-events', messages: 12, sentence: expect.stringContaining('Mend that') },
    ]);
  });

  it.each([
    [
      'that may not be read',
      { error: 'AccessDenied', message: 'Denied.' },
      /denied: they need sqs:GetQueueUrl and/,
    ],
    ['that are not there', undefined, /not read\. There is no such queue in us-east-1, .*named as --table\./],
  ])('%s are said not to be read, and the rest is told', async (_, answer, sentence) => {
    const queues = answer && { 'stevedore-undelivered-events': answer, 'stevedore-failed-events': answer };
    const { run, hosts } = await harbour(4, { queues: queues ?? {} });

    const { code, out } = await run(...status);

    expect(code).toBe(0);
    expect(out).toMatch(sentence);
    expect(out).toContain(`${hosts.stuck} in harbour: draining`);
  });

  it('are those of the stack that is named as --table', async () => {
    const { run } = await harbour(1, { queues: { 'dock-undelivered-events': 0, 'dock-failed-events': 3 } });

    expect((await run(...status, '--table', 'dock')).out).toContain('\n  dock-failed-events: 3 events\n');
  });
});
