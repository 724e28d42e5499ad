import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { harbour, type Scenario } from '../../simulator/scenarios/harbour.ts';

// The last part of the scenario of `npm start`: a rush on the service web, end to end. The alarms are CloudWatch's as
// simulated, on the CPUUtilization that the load and the tasks make.
let scenario: Scenario;

beforeAll(async () => {
  scenario = harbour();
  await scenario.world.runUntil(scenario.endsAt);
});

const journal = () => scenario.deployment.journal.filter(({ capability }) => capability === 'scaling');
const changes = () => journal().filter(({ outcome }) => outcome === 'acted');
const counts = () => changes().map(({ facts }) => [facts?.from, facts?.to]);
const invocationOf = (entry: { invocation: string } | undefined) =>
  scenario.world.recording.invocations.find(({ id }) => id === entry?.invocation);
const callsOf = (invocation: string | undefined) =>
  scenario.world.recording.calls
    .filter((call) => call.invocation === invocation)
    .map(({ service, operation }) => `${service}:${operation}`);
const stepAt = (what: RegExp) => scenario.steps.find((step) => what.test(step.what))?.at ?? Number.NaN;

describe('the rush on the service web', () => {
  it('is met by steps, and when it is over they are taken back', () => {
    expect(counts()).toEqual([
      // 93 percent of 14 tasks: +50 %. Then 62 percent of 21: +20 %, which is 4.
      [14, 21],
      [21, 25],
      // 18 percent of 25 tasks, and so on: -25 % each time, down to the minimum.
      [25, 19],
      [19, 15],
      [15, 14],
    ]);
    expect(journal().every(({ subject }) => subject === 'service/harbour/web')).toBe(true);
  });

  it('is acted on by the event of the alarm, within four minutes of its first request', () => {
    const [first] = changes();

    expect(invocationOf(first)?.event).toMatchObject({
      'detail-type': 'CloudWatch Alarm State Change',
      detail: { alarmName: 'harbour-web-busy', state: { value: 'ALARM' } },
    });
    expect((first?.at ?? 0) - stepAt(/ship comes in/)).toBeLessThanOrEqual(4 * MINUTE);
  });

  it('scaling edge 15: is acted on again by the schedule, since an alarm that stays in ALARM sends nothing', () => {
    const [, second] = changes();

    expect(invocationOf(second)?.event).toMatchObject({ 'detail-type': 'Scheduled Event' });
    const alarms = scenario.world.recording.events.filter(
      ({ event, at }) =>
        event.source === 'aws.cloudwatch' && at > (changes()[0]?.at ?? 0) && at <= (second?.at ?? 0),
    );
    expect(alarms).toEqual([]);
  });

  it('scaling edge 12: waits three minutes between two steps in one direction', () => {
    const times = changes().map(({ at }) => at);
    const gaps = [1, 3, 4].map((index) => (times[index] ?? 0) - (times[index - 1] ?? 0));

    expect(gaps.every((gap) => gap >= 3 * MINUTE && gap <= 4 * MINUTE + 5_000)).toBe(true);
    expect(journal().map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['cooldown-out', 'cooldown-in']),
    );
  });

  it('makes three AWS calls for the event of an alarm', () => {
    expect(callsOf(changes()[0]?.invocation)).toEqual([
      'CloudWatch:GetMetricData',
      'ECS:DescribeServices',
      'ECS:UpdateService',
    ]);
  });

  it('leaves the service with as many tasks as it wants, and both alarms out of ALARM', () => {
    const { world } = scenario;
    const web = world.ecs.cluster('harbour').services.get('web');

    expect([web?.desired, web?.tasks.size]).toEqual([14, 14]);
    expect([...world.cloudWatch.alarms.values()].map(({ state }) => state.value)).toEqual(['OK', 'OK']);
  });

  it('leaves no invocation failed', () => {
    expect(scenario.world.lambda.stats.get('scale')).toMatchObject({ errors: 0, timeouts: 0 });
    // That there is no lifecycle policy to preview is an answer.
    const errors = [...scenario.world.recording.errorCounts.keys()];
    expect(errors.filter((name) => !name.endsWith('LifecyclePolicyNotFoundException'))).toEqual([]);
  });
});
