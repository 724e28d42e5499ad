import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { fargateWorld } from '../simulator/fargate-world.ts';
import { policyFile, runPlan } from './planning.ts';

const OUT =
  'policies: { out: { step: { alarm: busy, steps: [{ from: 0, to: 20, by: 10% }, { from: 20, by: 50% }] } } }';

/** A service `prod/web` of four tasks, with an alarm `busy` of threshold 70. */
function service({ threshold = 70, comparison = 'GreaterThanOrEqualToThreshold' as const } = {}) {
  const { world } = fargateWorld();
  world.ecs.addService({ cluster: 'prod', name: 'web', desired: 4, launchType: 'FARGATE' });
  const dimensions = { ClusterName: 'prod', ServiceName: 'web' };
  const on = { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions, stat: 'Average' };
  world.cloudWatch.addAlarm({ name: 'busy', threshold, comparison, on, evaluationPeriods: 1 });
  return {
    world,
    async plan(rest = OUT, { mode = 'act', name = 'prod/web' } = {}) {
      const [, alarm] = /alarm: (\w+)/.exec(rest) ?? [];
      const one = `alarms: { ${alarm}: { metric: cpu, threshold: 70, comparison: '>=' } }, `;
      const alarms = alarm === undefined ? '' : one;
      const services = `services: { ${name}: { min: 2, max: 9, ${rest} } }`;
      const yaml = `version: 1\nscaling: { mode: ${mode}, ${alarms}${services} }\n`;
      const args = ['--policy', policyFile(yaml), '--stack', 'none', '--json'];
      const { code, out, err } = await runPlan(world, args);
      const { checks } = JSON.parse(out) as {
        checks: readonly { section: string; subject: string; remarks: string[] }[];
      };
      const of = (section: string) => checks.filter((check) => check.section === `scaling.${section}`);
      return { code, err, of };
    },
    /** The metric is there each minute, and the alarm is evaluated. */
    async load(value: number, minutes = 3) {
      for (let minute = 0; minute < minutes; minute += 1) {
        world.cloudWatch.metrics.put({ ...on, dimensions }, value);
        await world.runFor(MINUTE);
      }
    },
  };
}

describe('stevedore plan of a step policy', () => {
  it('says where each step leads to from the present count', async () => {
    const { world, plan } = service();

    const { code, of } = await plan();

    expect(code).toBe(0);
    expect(of('now')).toMatchObject([
      { subject: 'service/prod/web', verdict: 'idle', reason: 'nothing-to-do' },
    ]);
    expect(of('policies')).toMatchObject([
      {
        subject: 'service/prod/web out',
        verdict: 'ready',
        reason: 'scaled-out',
        remarks: ['from 70 to 90: to 5.', 'from 90 up: to 6.'],
      },
    ]);
    const writes = [...world.recording.callCounts.keys()].filter(
      (call) => !/:(Describe|List|Get)/.test(call),
    );
    expect(writes).toEqual([]);
  });

  it('says what a limit leaves of a step', async () => {
    const { plan } = service();

    const { of } = await plan(`${OUT}, limits: { perChange: 1 }`);

    const [found] = of('policies');
    expect(found).toMatchObject({ verdict: 'ready' });
    expect(found?.remarks[1]).toMatch(/^from 90 up: to 5\. .*limits\.perChange/);
  });

  it.each<[string, Parameters<typeof service>[0], string, string]>([
    ['has another threshold', { threshold: 60 }, 'busy', 'alarm-differs-from-policy'],
    ['is missing', {}, 'busier', 'alarm-missing'],
  ])('refuses one whose alarm %s', async (_, made, alarm, reason) => {
    const { plan } = service(made);

    const { code, of } = await plan(OUT.replace('busy', alarm));

    expect(code).toBe(3);
    expect(of('policies')).toMatchObject([{ verdict: 'refused', reason }]);
  });

  it('refuses what somebody else scales', async () => {
    const { world, plan } = service();
    world.applicationAutoScaling.register({
      resourceId: 'service/prod/web',
      min: 1,
      max: 9,
      policies: ['tracking'],
    });

    const { code, of } = await plan();

    expect(code).toBe(3);
    expect(of('policies')).toMatchObject([{ verdict: 'refused', reason: 'other-owner' }]);
  });
});

describe('stevedore plan of scaling, now', () => {
  it('says what would be done, and only journals it in mode observe', async () => {
    const { plan, load } = service();
    await load(95);

    const acting = await plan();
    const observing = await plan(OUT, { mode: 'observe' });

    expect(acting.code).toBe(3);
    expect(acting.of('now')).toMatchObject([
      { verdict: 'pending', reason: 'scaled-out', change: { from: '4', to: '6' } },
    ]);
    expect(acting.of('now')).not.toMatchObject([{ sentence: expect.stringMatching(/mode/i) }]);
    expect(observing.code).toBe(0);
    expect(observing.of('now')).toMatchObject([{ verdict: 'idle', reason: 'scaled-out' }]);
  });

  it('refuses a service that does not exist', async () => {
    const { plan } = service();

    const { code, of } = await plan(OUT, { name: 'prod/gone' });

    expect(code).toBe(3);
    expect(of('now')).toMatchObject([
      { subject: 'service/prod/gone', verdict: 'refused', reason: 'target-missing' },
    ]);
    expect(of('policies')).toEqual([]);
  });
});

describe('stevedore plan of a schedule', () => {
  it('says when it runs next, and where it leads to', async () => {
    const { plan } = service();

    const { of } = await plan("schedules: { mornings: { cron: '0 7 * * *', timeZone: UTC, min: 6 } }");

    expect(of('schedules')).toMatchObject([
      {
        subject: 'service/prod/web mornings',
        verdict: 'ready',
        sentence: 'Runs next at 2026-11-22T07:00:00Z: from 4 tasks to 6.',
      },
    ]);
  });
});
