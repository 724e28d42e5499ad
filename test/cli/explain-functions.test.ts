import { expect, it } from 'vitest';
import { createExplain } from '../../cli/explain.ts';
import { MINUTE } from '../../lib/clock.ts';
import { edited } from '../events/samples.ts';
import { runWith } from './account.ts';
import { account, connectTo, policyFile } from './planning.ts';

const POLICY = `version: 1
scaling:
  alarms: { web-cpu-high: { metric: cpu, threshold: 70, comparison: '>=' } }
  services:
    prod/web: { min: 2, max: 9, policies: { out: { step: { alarm: web-cpu-high, steps: [{ from: 0, by: 2 }] } } } }
failover: { services: { prod/web: {} } }
retagging: { repositories: { shop/api: { promotions: { stable: { from: 'v*', to: [stable] } } } } }
`;

/** A service on Spot whose alarm is in ALARM, and an image that was just pushed. */
async function shop() {
  const { world, addService } = account();
  addService();
  const dimensions = { ClusterName: 'prod', ServiceName: 'web' };
  const on = { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions, stat: 'Average' };
  const comparison = 'GreaterThanOrEqualToThreshold';
  world.cloudWatch.addAlarm({ name: 'web-cpu-high', threshold: 70, comparison, on, evaluationPeriods: 1 });
  world.ecr.addRepository({ name: 'shop/api' });
  for (let minute = 0; minute < 3; minute += 1) {
    world.cloudWatch.metrics.put(on, 95);
    await world.runFor(MINUTE);
  }
  const digest = world.ecr.push('shop/api', { tag: 'v1' });
  await world.runFor(MINUTE);
  const explain = (event: unknown) => {
    const verb = createExplain(connectTo(world), () => JSON.stringify(event));
    return runWith({ explain: verb }, ['explain', '-', '--policy', policyFile(POLICY)]);
  };
  const writes = () =>
    [...world.recording.callCounts.keys()].filter((call) => !/:(Describe|List|Get|BatchGet)/.test(call));
  return { world, digest, explain, writes };
}

it('an alarm is explained by the function scale', async () => {
  const { explain, writes } = await shop();

  const { code, out } = await explain(edited('alarm-state-change', { 'detail.alarmName': 'web-cpu-high' }));

  expect(code).toBe(0);
  expect(out).toContain('Rule alarm-state-change matches, and calls the function scale.');
  expect(out).toMatch(/It reads CloudWatch:DescribeAlarms, CloudWatch:GetMetricData/);
  expect(out).toMatch(/observed {2}service\/prod\/web goes from 4 to 6 tasks .* \(scaled-out\)/);
  expect(writes()).toEqual([]);
});

it('a placement failure is explained by the function failover', async () => {
  const { explain, writes } = await shop();

  const { code, out } = await explain(edited('service-action', {}));

  expect(code).toBe(0);
  expect(out).toContain('Rule service-action matches, and calls the function failover.');
  expect(out).toMatch(
    /\nheld {6}service\/prod\/web waits until .* whether tasks come back by themselves: .* \(grace\)/,
  );
  expect(writes()).toEqual([]);
});

it('a push is explained by the function retag', async () => {
  const { digest, explain, writes } = await shop();
  const event = edited('ecr-image-action', { 'detail.image-tag': 'v1', 'detail.image-digest': digest });

  const { code, out } = await explain(event);

  expect(code).toBe(0);
  expect(out).toContain('Rule ecr-image-action matches, and calls the function retag.');
  expect(out).toMatch(/observed {2}.*shop\/api:stable.* \(promoted\)/);
  expect(writes()).toEqual([]);
});
