import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { HookSpec } from '../../simulator/autoscaling/model.ts';
import { createWorld } from '../../simulator/world.ts';
import { type Besides, policyFile, runPlan } from './planning.ts';

interface Check {
  readonly section: string;
  readonly subject: string;
  readonly verdict: string;
  readonly reason: string;
  readonly sentence: string;
  readonly remarks: readonly string[];
}

const READS = /^(ECS:(Describe|List)|AutoScaling:Describe|EC2:Describe)/;

/** A cluster `prod` with the group `prod-ecs`, of five instances unless told otherwise. */
function cluster({
  hooks = [{ name: 'stevedore-drain' }],
  instances = 5,
}: {
  hooks?: readonly HookSpec[];
  instances?: number;
} = {}) {
  const world = createWorld({ throttling: false });
  world.addCluster('prod');
  const group = world.addGroup({ name: 'prod-ecs', cluster: 'prod', instances, min: 0, hooks });
  return {
    world,
    group,
    /** `rest`: of the cluster in the policy, in YAML. */
    async plan(rest = '', { mode = 'act', ...besides }: Besides & { mode?: string } = {}) {
      const groups = rest.includes('groups:') ? '' : 'groups: { prod-ecs: {} }, ';
      const yaml = `version: 1\ndraining: { mode: ${mode}, clusters: { prod: { ${groups}${rest} } } }\n`;
      const args = ['--policy', policyFile(yaml), '--stack', 'none', '--json'];
      const { code, out, err } = await runPlan(world, args, undefined, besides);
      const { checks } = JSON.parse(out) as { checks: readonly Check[] };
      const of = (section: string, subject: string) =>
        checks.find((check) => check.section === `draining.${section}` && check.subject.endsWith(subject));
      return { code, err, checks, of };
    },
  };
}

describe('stevedore plan of a terminate hook', () => {
  it('says how long a drain may take, what happens at its deadline, and how long the hook lasts', async () => {
    const { world, plan } = cluster();

    const { code, of } = await plan('deadline: 45m, atDeadline: abandon');

    expect(code).toBe(0);
    const found = of('triggers', 'prod-ecs stevedore-drain');
    expect(found).toMatchObject({ verdict: 'ready', reason: 'drain-begun' });
    expect(found?.sentence).toMatch(/^i-\w+, for one, would be set DRAINING; the drain may take 45m\.$/);
    const words = found?.remarks.join('\n');
    expect(words).toMatch(/^After 45m, if one task still runs: .* the hook is abandoned/);
    expect(words).toContain('its heartbeat timeout is 1h), for 48h at most');
    expect(words).toContain('its default result ABANDON would hold');
    const called = [...world.recording.callCounts.keys()];
    expect(called.length).toBeGreaterThan(4);
    expect(called.filter((call) => !READS.test(call))).toEqual([]);
  });

  it('says when the hook ends before the deadline', async () => {
    const { plan } = cluster({ hooks: [{ name: 'stevedore-drain', heartbeatTimeoutMs: 2 * MINUTE }] });

    const { of } = await plan('deadline: 12h');

    const { remarks } = of('triggers', 'stevedore-drain') ?? {};
    // A hundred heartbeats of two minutes, less what is kept free for the calls that end it.
    expect(remarks?.join('\n')).toMatch(/After 3h18m, .*less than the deadline of 12h: raise/s);
  });

  it.each<[string, readonly HookSpec[], string, string, RegExp]>([
    [
      'is not there',
      [{ name: 'other' }],
      '',
      'hook-missing',
      /has no terminate hook stevedore-drain \(it has other\)/,
    ],
    [
      'is too short',
      [{ name: 'stevedore-drain', heartbeatTimeoutMs: 60 * SECOND }],
      '',
      'hook-too-short',
      /DRAINING/,
    ],
    ['has no group', [], 'groups: { gone: {} }', 'hook-missing', /There is no Auto Scaling group gone/],
  ])('refuses one that %s', async (_, hooks, rest, reason, sentence) => {
    const { plan } = cluster({ hooks });

    const { code, of } = await plan(rest);

    expect(code).toBe(3);
    const found = of('triggers', 'stevedore-drain');
    expect(found).toMatchObject({ verdict: 'refused', reason });
    expect(found?.sentence).toMatch(sentence);
  });
});

describe('stevedore plan of the other triggers', () => {
  it('says what Spot leaves time for', async () => {
    const { plan } = cluster();

    const { of } = await plan('spot: { stopTasksBefore: 30s }');

    const { sentence, remarks } = of('triggers', 'spotInterruption') ?? {};
    expect(sentence).toContain('the drain may take 2m');
    expect(remarks?.[0]).toMatch(/^After 1m30s, .* told to stop in time/);
  });

  it('says which are off', async () => {
    const { plan } = cluster();

    const { of } = await plan('triggers: { directTermination: false, maintenance: false }');

    for (const trigger of ['rebalance', 'maintenance', 'directTermination', 'directTermination (stop)']) {
      expect(of('triggers', trigger)).toMatchObject({ verdict: 'untouched', reason: 'trigger-off' });
    }
  });

  it('says what is done to tasks at the deadline', async () => {
    const { plan } = cluster();

    const { of } = await plan('atDeadline: stop-tasks, stopGrace: 3m');

    expect(of('triggers', 'directTermination')?.remarks[0]).toMatch(/told to stop, and given 180 s/);
  });

  it('refuses drains by choice of an instance with standalone tasks, if the policy does', async () => {
    const { world, group, plan } = cluster({ instances: 1 });
    const [on = ''] = group.members.keys();
    world.ecs.runTask({ cluster: 'prod', family: 'report', on });

    const { of } = await plan(
      'standaloneTasks: refuse, limits: { keepActive: 0 }, triggers: { rebalance: true }',
    );

    expect(of('triggers', 'rebalance')).toMatchObject({
      verdict: 'refused',
      reason: 'standalone-tasks-refused',
    });
  });
});

describe('stevedore plan of the limits', () => {
  it('gives them in numbers for the cluster as it is', async () => {
    const { plan } = cluster();

    const { of } = await plan('limits: { draining: 20%, keepActive: 2 }');

    expect(of('limits', 'prod')).toMatchObject({
      verdict: 'ready',
      sentence:
        'limits.draining: 20% of 5 = 1 at once by choice; 0 drain now. limits.keepActive: 2 of 5 = 2; 5 are ACTIVE and connected.',
    });
  });

  it('refuses limits under which nothing could ever drain', async () => {
    const { plan } = cluster();

    const { of } = await plan('limits: { keepActive: 5 }');

    expect(of('limits', 'prod')).toMatchObject({ verdict: 'refused', reason: 'keep-active-floor' });
  });
});

describe('stevedore plan of what draining leaves alone', () => {
  it('names the instances that ECS drains, and groups that the policy does not name', async () => {
    const { world, plan } = cluster();
    world.addGroup({
      name: 'managed',
      cluster: 'prod',
      instances: 1,
      capacityProvider: 'own',
      managedDraining: true,
    });
    world.addGroup({ name: 'other', cluster: 'prod', instances: 2 });

    const { of } = await plan();
    const { of: without } = await plan(
      'triggers: { spotInterruption: false, maintenance: false, directTermination: false }',
    );

    expect(of('never', 'prod/own')).toMatchObject({
      verdict: 'untouched',
      reason: 'stood-down-managed-draining',
    });
    expect(of('never', 'prod/other')?.sentence).toMatch(/drained by triggers\.spotInterruption, maintenance/);
    expect(without('never', 'prod/other')).toMatchObject({ verdict: 'untouched' });
  });
});

describe('stevedore plan of draining, now', () => {
  it('finds the instance that waits for a hook', async () => {
    const { world, group, plan } = cluster();
    world.autoScaling.setDesired(group, 4);
    await world.runFor(MINUTE);

    const { code, of, checks } = await plan();

    expect(code).toBe(3);
    const [first] = checks.filter(({ section }) => section === 'draining.now');
    expect(first).toMatchObject({ verdict: 'pending', reason: 'drain-begun' });
    expect(first?.sentence).toMatch(/^Would set arn:\S+ DRAINING\.$/);
    expect(of('limits', 'prod')).toMatchObject({ verdict: 'ready' });
  });

  it('finds the ghost, and says when it would be deregistered', async () => {
    const { world, group, plan } = cluster({ hooks: [] });
    const [ghost = ''] = group.members.keys();
    world.ec2.stop(ghost);
    await world.runFor(2 * MINUTE);
    world.ec2.terminate(ghost);
    await world.runFor(2 * MINUTE);

    const { code, of } = await plan();

    expect(code).toBe(3);
    expect(of('now', ghost)).toMatchObject({ verdict: 'waits', reason: 'ghost-in-grace' });
  });

  it('goes by the records and the kill switch of the deployment', async () => {
    const { world, group, plan } = cluster();
    const store = createMemoryStore<never, never>(world.clock);
    await store.pause('draining', 'ops', world.now());
    world.autoScaling.setDesired(group, 4);
    await world.runFor(MINUTE);

    const { checks } = await plan('', { store });

    const [first] = checks.filter(({ section }) => section === 'draining.now');
    expect(first).toMatchObject({ verdict: 'waits', reason: 'paused' });
    expect(await store.open('draining#prod')).toEqual([]);
  });

  it('has nothing to do in a quiet cluster, and only journals in mode observe', async () => {
    const { world, group, plan } = cluster();

    const quiet = await plan();
    world.autoScaling.setDesired(group, 4);
    await world.runFor(MINUTE);
    const observing = await plan('', { mode: 'observe' });

    expect(quiet.of('now', 'prod')).toMatchObject({ verdict: 'idle', reason: 'nothing-to-do' });
    expect(observing.code).toBe(0);
    const [first] = observing.checks.filter(({ section }) => section === 'draining.now');
    expect(first).toMatchObject({ verdict: 'idle', reason: 'drain-begun' });
    expect(first?.remarks.at(-1)).toContain('draining.mode is observe');
  });

  it('refuses a cluster that does not exist', async () => {
    const { world } = cluster();
    const yaml = 'version: 1\ndraining: { clusters: { gone: { groups: { prod-ecs: {} } } } }\n';

    const { code, out } = await runPlan(world, ['--policy', policyFile(yaml), '--stack', 'none', '--json']);

    expect(code).toBe(3);
    expect(JSON.parse(out).checks).toMatchObject([{ subject: 'gone', verdict: 'refused' }]);
    expect(out).toContain('There is no cluster gone');
  });
});
