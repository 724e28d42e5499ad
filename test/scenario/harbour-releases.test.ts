import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { harbour, type Scenario } from '../../simulator/scenarios/harbour.ts';
import { TRACKING } from '../../simulator/scenarios/harbour-releases.ts';

// The end of the scenario of `npm start`: from a push to production, and back, end to end.
let scenario: Scenario;

beforeAll(async () => {
  scenario = harbour();
  await scenario.world.runUntil(scenario.endsAt);
});

const journal = (subject: string) =>
  scenario.deployment.journal.filter(
    (entry) => entry.capability === 'retagging' && entry.subject === subject,
  );
const production = () => journal(`${TRACKING}:production`);
const of = (reason: string) => production().filter((entry) => entry.reason === reason);
const digestOf = (tag: string) => scenario.world.ecr.image(TRACKING, tag).digest;
const stepAt = (what: RegExp) => scenario.steps.find((step) => what.test(step.what))?.at ?? Number.NaN;
const running = () =>
  [...(scenario.world.ecs.cluster('harbour').services.get('tracking')?.tasks ?? [])].flatMap((task) =>
    task.images.map(({ digest }) => digest),
  );

describe('the releases of the harbour', () => {
  it('go to staging by the event of their push, within seconds', () => {
    const staged = journal(`${TRACKING}:staging`).filter(({ reason }) => reason === 'promoted');

    expect(staged).toHaveLength(3);
    expect((staged[0]?.at ?? 0) - stepAt(/build-41/)).toBeLessThan(5_000);
  });

  it('go to production when they are old enough and their scan is clean', () => {
    const [first, second] = of('promoted');

    expect((first?.at ?? 0) - stepAt(/build-41/)).toBeGreaterThanOrEqual(5 * MINUTE);
    expect((first?.at ?? 0) - stepAt(/build-41/)).toBeLessThan(7 * MINUTE);
    expect((second?.at ?? 0) - stepAt(/build-43/)).toBeLessThan(7 * MINUTE);
    expect(of('promoted')).toHaveLength(2);
  });

  it('do not go there with something critical in them, and that is said', () => {
    expect(of('findings-exceed')[0]?.sentence).toContain('critical 1 (at most 0)');
    expect(digestOf('build-42')).not.toBe(digestOf('production'));
  });

  it('retagging edge 18: are followed by a deployment of the service, which then runs that digest', () => {
    expect(of('deployment-started')).toHaveLength(3);
    expect(new Set(running())).toEqual(new Set([digestOf('production')]));
  });

  it('retagging edge 16: are rolled back by moving the tag, which stays moved, and no image is lost', () => {
    expect(of('rolled-back')).toHaveLength(1);
    expect(digestOf('production')).toBe(digestOf('build-41'));
    expect(digestOf('build-43')).toBe(digestOf('staging'));
  });

  it('leave no invocation failed', () => {
    expect(scenario.world.lambda.stats.get('retag')).toMatchObject({ errors: 0, timeouts: 0 });
  });
});
