import { expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { formatPolicyError, parsePolicy } from '../../lib/policy/load.ts';
import { deployPolicy } from '../../simulator/deployment.ts';
import { fargateWorld } from '../simulator/fargate-world.ts';
import { clientsOf } from '../simulator/worlds.ts';

const POLICY = `version: 1
scaling:
  mode: act
  alarms: { busy: { metric: cpu, threshold: 70, comparison: '>=' } }
  services:
    prod/web:
      min: 2
      max: 20
      policies: { out: { step: { alarm: busy, steps: [{ from: 0, by: 2 }], cooldown: 5m } } }
`;
const CPU = {
  namespace: 'AWS/ECS',
  metric: 'CPUUtilization',
  dimensions: { ClusterName: 'prod', ServiceName: 'web' },
};

/** Four tasks, whose alarm `busy` goes into ALARM within a minute from now and stays there. */
async function busyService() {
  const { world } = fargateWorld();
  const web = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 4, launchType: 'FARGATE' });
  world.cloudWatch.addAlarm({
    name: 'busy',
    on: { ...CPU, stat: 'Average' },
    threshold: 70,
    comparison: 'GreaterThanOrEqualToThreshold',
  });
  const loaded = parsePolicy(POLICY, 'policy.yml');
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  const { journal } = deployPolicy(world, loaded.policy);
  const run = async (value: number, ms: number) => {
    const until = world.now() + ms;
    while (world.now() < until) {
      world.cloudWatch.metrics.put(CPU, value);
      await world.runFor(Math.min(10 * SECOND, until - world.now()));
    }
  };
  await run(50, 3 * MINUTE);
  const { events } = clientsOf(world);
  const order = (count: number) =>
    events.putEvents({
      Entries: [
        {
          Source: 'stevedore.operator',
          DetailType: 'Stevedore Scale Order',
          Detail: JSON.stringify({ target: 'service/prod/web', count, by: 'jo' }),
        },
      ],
    });
  return { web, journal, order, run };
}

it.each([0, 40 * SECOND, 70 * SECOND, 100 * SECOND])(
  'an order that is given %i ms after the load rose is not added to what its alarm asks for',
  async (ms) => {
    const { web, journal, order, run } = await busyService();

    await run(85, ms);
    await order(10);
    await run(85, 4 * MINUTE - ms);

    expect(web.desired).toBe(10);
    expect(journal.map(({ reason }) => reason)).toContain('ordered');
    expect(journal.map(({ reason }) => reason)).toContain('cooldown-out');
  },
);

it('an order for less than the alarm asks for gives way to it', async () => {
  const { web, journal, order, run } = await busyService();
  await run(85, 2 * MINUTE);

  await order(3);
  await run(85, 10 * SECOND);
  expect(web.desired).toBe(3);

  await run(85, 10 * MINUTE);
  expect(web.desired).toBeGreaterThan(4);
  expect(journal.at(-1)?.reason).not.toBe('ordered');
});
