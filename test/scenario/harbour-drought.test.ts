import { beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { harbour, type Scenario } from '../../simulator/scenarios/harbour.ts';

// The last part of the scenario of `npm start`: Fargate Spot runs dry, end to end.
let scenario: Scenario;

beforeAll(async () => {
  scenario = harbour();
  await scenario.world.runUntil(scenario.endsAt);
});

const journal = () => scenario.deployment.journal.filter(({ capability }) => capability === 'failover');
const of = (reason: string) => journal().filter((entry) => entry.reason === reason);
const callsOf = (invocation: string | undefined) =>
  scenario.world.recording.calls
    .filter((call) => call.invocation === invocation)
    .map(({ service, operation }) => `${service}:${operation}`);
const stepAt = (what: RegExp) => scenario.steps.find((step) => what.test(step.what))?.at ?? Number.NaN;
const strategyOf = (name: string) =>
  scenario.world.ecs.cluster('harbour').services.get(name)?.deployments[0].revision.capacity.strategy;

describe('the drought of Fargate Spot in the harbour', () => {
  it('sends both services to on-demand, within the grace and a minute', () => {
    const dry = stepAt(/runs dry/);

    expect(of('failed-over').map(({ subject }) => subject)).toEqual([
      'service/harbour/manifests',
      'service/harbour/photos',
    ]);
    for (const { at } of of('failed-over')) expect(at - dry).toBeLessThanOrEqual(4 * MINUTE);
  });

  it('goes from the signal to UpdateService in one invocation', () => {
    const [first] = of('failed-over');

    expect(callsOf(first?.invocation).at(0)).toBe('ECS:DescribeServices');
    expect(callsOf(first?.invocation).at(-1)).toBe('ECS:UpdateService');
  });

  it('failover edge 8: is not taken to be over because the services are steady on demand', () => {
    const steady = scenario.world.recording.events.filter(
      ({ event, at }) =>
        event['detail-type'] === 'ECS Service Action' &&
        (event.detail as { eventName?: string }).eventName === 'SERVICE_STEADY_STATE' &&
        at > (of('flip-completed')[0]?.at ?? 0) &&
        at < stepAt(/has capacity again/),
    );

    expect(steady.length).toBeGreaterThan(0);
    expect(of('return-step').every(({ at }) => at > stepAt(/has capacity again/))).toBe(true);
  });

  it('is probed by one task for both, in vain while it lasts and with success after', () => {
    expect(of('probe-failed').every(({ at }) => at < stepAt(/has capacity again/))).toBe(true);
    expect(of('probe-passed')).toHaveLength(1);
    expect(scenario.world.recording.callCounts.get('ECS:RunTask')).toBe(2);
  });

  it('ends within half an hour of the capacity, with the original strategies verbatim', () => {
    const restored = of('restored');

    expect(restored).toHaveLength(2);
    for (const { at } of restored) expect(at - stepAt(/has capacity again/)).toBeLessThan(HOUR / 2);
    expect(strategyOf('manifests')).toEqual([{ capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 }]);
    expect(strategyOf('photos')).toEqual([
      { capacityProvider: 'FARGATE', base: 1, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 3 },
    ]);
  });

  it('leaves no invocation failed', () => {
    expect(scenario.world.lambda.stats.get('failover')).toMatchObject({ errors: 0, timeouts: 0 });
  });
});
