import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planOf } from '../../cli/plan/capacity.ts';
import type { Check } from '../../cli/plan/check.ts';
import { deviations } from '../../cli/plan/file.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { newCapacityRecord } from '../../lib/capacity/record.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { createWorld } from '../../simulator/world.ts';
import {
  aConsolidation,
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aView,
  aWorkload,
  consolidating,
  NOW,
  someNeeds,
} from '../capacity/views.ts';
import { policyFile, runPlan } from './planning.ts';

const folder = mkdtempSync(join(tmpdir(), 'stevedore-packing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONSOLIDATION =
  '{ after: 10m, minimumAge: 0s, budgets: [{ limit: 1 }], balance: 0, zoneSkew: 100, reasons: [empty, underused] }';

/** Four instances of which two have a task of `web` each, and two have none. */
async function harbour() {
  const world = createWorld({ throttling: false });
  world.addCluster('prod');
  world.addGroup({ name: 'hosts', cluster: 'prod', instances: 4, min: 1, max: 8, instanceType: 'm6i.large' });
  world.ecs.addService({
    cluster: 'prod',
    name: 'web',
    desired: 2,
    cpu: 1_024,
    memory: 1_024,
    placementStrategy: [{ type: 'spread', field: 'instanceId' }],
  });
  await world.runFor(HOUR);
  const plan = (rest = `consolidation: ${CONSOLIDATION}`, { mode = 'act', groups = '[hosts]' } = {}) => {
    const yaml = [
      'version: 1',
      `capacity: { mode: ${mode}, clusters: { prod: { groups: ${groups}, ${rest} } } }`,
      'draining: { clusters: { prod: { groups: { hosts: {} } } } }',
    ];
    return policyFile(yaml.join('\n'));
  };
  return {
    world,
    plan,
    async run(rest?: string, changes = {}, besides = {}, ...more: readonly string[]) {
      const args = ['--policy', plan(rest, changes), '--stack', 'none', '--capability', 'capacity', '--json'];
      const { code, out, err } = await runPlan(world, [...args, ...more], undefined, besides);
      const { checks, capacity } = JSON.parse(out) as { checks: Check[]; capacity: unknown[] };
      const of = (section: string) => checks.filter((check) => check.section === `capacity.${section}`);
      return { code, err, checks, capacity, of };
    },
  };
}

describe('stevedore plan of capacity in an account', () => {
  it('says which instances wait, and how far consolidation could go', async () => {
    const { world, run } = await harbour();

    const { code, of, capacity } = await run();

    expect(code).toBe(3);
    expect(of('now')).toMatchObject([{ subject: 'prod', verdict: 'waits', reason: 'waiting' }]);
    expect(of('outlook')).toMatchObject([
      {
        subject: 'prod',
        verdict: 'ready',
        reason: 'could-consolidate',
        sentence: expect.stringMatching(/^4 instances could become 1, at 0\.096 in place of 0\.384 an hour/),
        change: null,
      },
    ]);
    expect(capacity).toMatchObject([
      { cluster: 'prod', instances: { now: 4, after: 1 }, hourly: { now: 0.384, after: 0.096 }, moves: 1 },
    ]);
    const writes = [...world.recording.callCounts.keys()].filter(
      (call) => !/:(Describe|List|Get)/.test(call),
    );
    expect(writes).toEqual([]);
  });

  it('says what goes now, with what the record remembers', async () => {
    const { world, run } = await harbour();
    const store = createMemoryStore<never, never>(world.clock);
    const [asked] = (await run()).capacity as { readonly each: readonly { readonly id: string }[] }[];
    const since = world.now() - HOUR;
    const candidates = (asked?.each ?? []).map(({ id }) => [id, { reason: 'empty', since }]);
    const record = { ...newCapacityRecord('prod'), candidates: Object.fromEntries(candidates) };
    const key = { partition: 'capacity', id: 'prod' };
    await store.append(key, [], { create: record as never, dueAt: world.now() });

    const { of } = await run(undefined, {}, { store });

    const going = of('now').filter(({ verdict }) => verdict === 'pending');
    expect(going).toMatchObject([{ reason: 'drain-ordered', subject: expect.stringMatching(/^prod\/i-/) }]);
  });

  it('is only journalled in mode observe, and stands still while the kill switch is on', async () => {
    const { world, run } = await harbour();
    const store = createMemoryStore<never, never>(world.clock);
    await store.pause('capacity/prod', 'test', world.now());

    const observing = await run(undefined, { mode: 'observe' });
    const paused = await run(undefined, {}, { store });

    expect(observing.code).toBe(0);
    expect(observing.of('now')).toMatchObject([{ verdict: 'idle' }]);
    expect(paused.of('now')).toMatchObject([{ subject: 'prod', verdict: 'waits', reason: 'paused' }]);
  });

  it('draws the cluster', async () => {
    const { run } = await harbour();
    const file = join(folder, 'prod.html');

    const { err } = await run(undefined, {}, {}, '--html', file);

    expect(err).toContain(`The picture is in ${file}.`);
    expect(readFileSync(file, 'utf8')).toContain('<h2>Cluster prod</h2>');
  });

  it('cannot draw what the policy does not name', async () => {
    const { world } = await harbour();
    const file = join(folder, 'none.html');
    const policy = policyFile('version: 1\ndraining: { clusters: { prod: { groups: { hosts: {} } } } }\n');

    const { code, err } = await runPlan(world, ['--policy', policy, '--stack', 'none', '--html', file]);
    const other = await runPlan(world, ['--policy', policy, '--capability', 'scaling', '--html', file]);

    expect([code, other.code]).toEqual([2, 2]);
    expect(err).toContain('draws clusters of the capacity section');
    expect(existsSync(file)).toBe(false);
  });

  it('says what could not be read', async () => {
    const { world, plan } = await harbour();
    const denied = new ApiError(
      'AccessDeniedException',
      'User: x is not authorized to perform: ecs:ListTasks on resource: y',
    );
    world.faults.failCall(({ operation }) => operation === 'ListTasks', denied, { times: 99 });
    const args = ['--policy', plan(), '--stack', 'none', '--capability', 'capacity'];

    const { code, err } = await runPlan(world, args);

    expect(code).toBe(1);
    expect(err).toMatch(/^stevedore plan failed: AWS denied ecs:ListTasks on y\./);
  });
});

function checksOf(view: ClusterView, policy: ClusterPolicy, now = NOW) {
  const { checks } = planOf(newCapacityRecord('prod'), view, policy, now);
  const of = (section: string) => checks.filter((check) => check.section === `capacity.${section}`);
  return { checks, of };
}

const scaleOut = { afterMs: 30 * SECOND, maximumStep: 20, launchTimeoutMs: 10 * MINUTE };
const half = aWorkload('web', { needs: someNeeds({ cpu: 1_024, memory: 1_024 }) });
const huge = aWorkload('huge', { needs: someNeeds({ cpu: 8_192 }) });

describe('tasks that wait now', () => {
  it('have instances launched, by the count before and after', () => {
    const pending = [{ workload: half, count: 3, since: NOW - HOUR }];

    const { of } = checksOf(aView({ pending, groups: [aGroup({ desired: 0 })] }), aPolicy({ scaleOut }));

    expect(of('now')).toMatchObject([
      { subject: 'prod/prod-hosts', verdict: 'pending', change: { from: '0', to: '2' } },
    ]);
  });

  it('are refused when no type of the groups has room for one', () => {
    const pending = [{ workload: huge, count: 1, since: NOW - HOUR }];

    const { of } = checksOf(aView({ pending, groups: [aGroup({ desired: 0 })] }), aPolicy({ scaleOut }));

    expect(of('now')).toMatchObject([{ verdict: 'refused', reason: 'task-unplaceable' }]);
  });
});

describe('a trigger', () => {
  it('says for which services an instance would be launched, however much room there is now', () => {
    const hosts = [aHost('i-a'), aHost('i-b')];
    const tasks = [aTask('t', 'i-a', half)];

    const { of } = checksOf(aView({ hosts, tasks }), aPolicy({ scaleOut }));

    expect(of('triggers')).toMatchObject([
      {
        subject: 'prod placement-failure',
        verdict: 'ready',
        reason: 'launched-for-need',
        remarks: ['One more instance of prod-hosts: for service:web.'],
      },
      { subject: 'prod tick', verdict: 'ready' },
    ]);
  });

  it('refuses a service of ours that no new instance could take, and leaves that of others alone', () => {
    const hosts = [
      aHost('i-a', { registered: { cpu: 16_384, memory: 65_536, gpu: 0, enis: 4 } }),
      aHost('i-b', { group: undefined }),
    ];
    const elsewhere = { ...huge, group: 'service:elsewhere' };
    const tasks = [aTask('t', 'i-a', huge), aTask('u', 'i-b', elsewhere)];

    const { of } = checksOf(aView({ hosts, tasks }), aPolicy({ scaleOut }));

    expect(of('triggers')).toMatchObject([
      { subject: 'prod placement-failure', verdict: 'idle' },
      { subject: 'prod/service:elsewhere', verdict: 'untouched', reason: 'task-unplaceable' },
      { subject: 'prod/service:huge', verdict: 'refused', reason: 'task-unplaceable' },
      { subject: 'prod tick' },
    ]);
  });

  it('says at which group’s maximum it would end', () => {
    const view = aView({
      hosts: [aHost('i-a')],
      tasks: [aTask('t', 'i-a', half)],
      groups: [aGroup({ desired: 1, max: 1 })],
    });

    const { of } = checksOf(view, aPolicy({ scaleOut }));

    expect(of('triggers')).toContainEqual(
      expect.objectContaining({ verdict: 'refused', reason: 'group-at-maximum' }),
    );
  });
});

describe('an instance that stays', () => {
  it('is never let go in no group of the policy or protected, and otherwise only for now', () => {
    const hosts = [
      aHost('i-other', { group: undefined }),
      aHost('i-protected', { protectedFromScaleIn: true }),
      aHost('i-young', { launchedAt: NOW - MINUTE }),
    ];

    const { of } = checksOf(aView({ hosts }), consolidating({ minimumAgeMs: HOUR }));

    expect(of('never')).toMatchObject([
      { subject: 'prod not-in-a-group', verdict: 'untouched', reason: 'not-in-a-group' },
      { subject: 'prod protected-from-scale-in', verdict: 'untouched' },
    ]);
    expect(of('kept')).toMatchObject([
      { subject: 'prod too-young', verdict: 'idle', remarks: [expect.stringContaining('i-young')] },
    ]);
  });

  it('stays for ever without consolidation', () => {
    const { of } = checksOf(aView({ hosts: [aHost('i-a')] }), aPolicy({ consolidation: null }));

    expect(of('never')).toMatchObject([{ subject: 'prod', verdict: 'untouched' }]);
    expect([of('outlook'), of('kept')]).toEqual([[], []]);
  });

  it('is listed with four others, and the rest is counted', () => {
    const hosts = Array.from({ length: 9 }, (_, at) => aHost(`i-${at}`, { protectedFromScaleIn: true }));

    const { of } = checksOf(aView({ hosts }), consolidating());

    const [{ remarks } = { remarks: [] }] = of('never');
    expect(remarks).toHaveLength(6);
    expect(remarks.at(-1)).toMatch(/^And 4 more/);
  });
});

describe('a plan to be applied', () => {
  it('is the same an hour later, when the cluster is', () => {
    const hosts = ['i-a', 'i-b', 'i-c'].map((id) => aHost(id));
    const tasks = hosts.map(({ id }) => aTask(`t-${id}`, id, half));
    const policy = aPolicy({ scaleOut, consolidation: aConsolidation({ afterMs: 24 * HOUR }) });

    const [before, after] = [NOW, NOW + HOUR].map((now) => checksOf(aView({ hosts, tasks }), policy, now));

    expect(deviations(before?.checks ?? [], after?.checks ?? [])).toEqual([]);
  });
});
