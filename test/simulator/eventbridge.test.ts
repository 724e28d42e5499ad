import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { compilePattern } from '../../simulator/event-pattern.ts';
import type { BusEvent } from '../../simulator/kernel.ts';
import { createWorld, type WorldOptions } from '../../simulator/world.ts';
import { clientsOf } from './worlds.ts';

/** A world in which `seen` collects what a rule for `source` delivers. */
function listening(source: string, options: WorldOptions = {}) {
  const world = createWorld(options);
  const seen: { id: string; n: unknown; at: number }[] = [];
  world.deploy({
    name: 'listen',
    handler: async (event) => {
      const { id, detail } = event as BusEvent;
      seen.push({ id, n: (detail as { n?: unknown }).n, at: world.now() });
    },
    coldStartMs: 0,
    rules: [{ name: 'all', pattern: { source: [source] } }],
  });
  const publish = (n: number) =>
    world.kernel.publish({ source, detailType: 'Test', resources: [], detail: { n } });
  return { world, seen, publish, numbers: () => seen.map(({ n }) => n) };
}

describe('delivery', () => {
  it('takes its time', async () => {
    const { world, seen, publish } = listening('aws.ecs', { bus: { deliveryMs: 500 } });
    const start = world.now();
    publish(1);
    await world.runFor(SECOND);
    expect(seen).toMatchObject([{ n: 1, at: start + 500 }]);
  });

  it('edge 12: loses events of best-effort sources only', async () => {
    const counts = [];
    for (const source of ['aws.ec2', 'aws.autoscaling', 'aws.health', 'aws.ecs']) {
      const { world, seen, publish } = listening(source, { bus: { lossRate: 0.5 } });
      for (let n = 0; n < 100; n++) publish(n);
      await world.runFor(MINUTE);
      counts.push(seen.length);
    }
    const [ec2 = 0, autoScaling = 0, health = 0, ecs = 0] = counts;
    expect(Math.max(ec2, autoScaling, health)).toBeLessThan(75);
    expect(Math.min(ec2, autoScaling, health)).toBeGreaterThan(25);
    expect(ecs).toBe(100);
  });

  it('may deliver any event twice, with the same id', async () => {
    const { world, seen, publish } = listening('aws.ecs', { bus: { duplicateRate: 1 } });
    publish(1);
    await world.runFor(MINUTE);
    expect(seen).toHaveLength(2);
    expect(seen[0]?.id).toBe(seen[1]?.id);
  });

  it('drops, doubles and delays the event that a fault names', async () => {
    const { world, publish, numbers } = listening('aws.ecs', { bus: { deliveryMs: 10 } });
    const carries = (n: number) => (event: BusEvent) => (event.detail as { n: number }).n === n;
    world.faults.dropEvent(carries(1));
    world.faults.duplicateEvent(carries(2), 5 * SECOND);
    world.faults.delayEvent(carries(3), 10 * SECOND);
    for (const n of [1, 2, 3, 4]) publish(n);
    await world.runFor(MINUTE);
    expect(numbers()).toEqual([2, 4, 2, 3]);
  });

  it('arms a fault for the nth match, as often as said', async () => {
    const { world, publish, numbers } = listening('aws.ecs', { bus: { deliveryMs: 10 } });
    world.faults.dropEvent(() => true, { nth: 2, times: 2 });
    for (const n of [1, 2, 3, 4]) publish(n);
    await world.runFor(MINUTE);
    expect(numbers()).toEqual([1, 4]);
  });

  it('carries what was so when the event happened, not when it arrived', async () => {
    const { world, numbers } = listening('aws.ecs');
    const detail = { n: 1 };
    world.kernel.publish({ source: 'aws.ecs', detailType: 'Test', resources: [], detail });
    detail.n = 2;
    await world.runFor(MINUTE);
    expect(numbers()).toEqual([1]);
  });

  it('ticks on a schedule', async () => {
    const world = createWorld();
    const types: string[] = [];
    world.deploy({
      name: 'sweep',
      handler: async (event) => types.push((event as BusEvent)['detail-type']),
      rules: [{ name: 'minute', rateMs: MINUTE }],
    });
    await world.runFor(10 * MINUTE);
    expect(types).toEqual(Array(10).fill('Scheduled Event'));
  });

  it('takes events from PutEvents', async () => {
    const { world, numbers } = listening('stevedore');
    const { events } = clientsOf(world);
    const answer = await events.putEvents({
      Entries: [{ Source: 'stevedore', DetailType: 'Decision', Detail: '{"n":7}' }],
    });
    await world.runFor(SECOND);
    expect([answer.FailedEntryCount, numbers()]).toEqual([0, [7]]);
  });
});

describe('an event pattern', () => {
  const event = {
    source: 'aws.ecs',
    detail: { status: 'DRAINING', tags: ['a', 'b'], items: [{ id: 'i-1' }, { id: 'i-2' }] },
  };
  it.each([
    [{ source: ['aws.ec2', 'aws.ecs'] }, true],
    [{ source: ['aws.ec2'] }, false],
    [{ detail: { status: [{ prefix: 'DRAIN' }] } }, true],
    [{ detail: { status: [{ suffix: 'ING' }] } }, true],
    [{ detail: { status: [{ 'equals-ignore-case': 'draining' }] } }, true],
    [{ detail: { status: [{ 'anything-but': ['ACTIVE', 'DRAINING'] }] } }, false],
    [{ detail: { status: [{ 'anything-but': { prefix: 'ACT' } }] } }, true],
    [{ detail: { other: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { other: [{ exists: false }], status: [{ exists: true }] } }, true],
    [{ detail: { tags: ['b'] } }, true],
    [{ detail: { items: { id: ['i-2'] } } }, true],
    [{ detail: { items: { id: ['i-3'] } } }, false],
  ])('%j: %s', (pattern, expected) => {
    expect(compilePattern(pattern)(event)).toBe(expected);
  });

  it('refuses an operator that it does not know, instead of matching wrongly', () => {
    expect(() => compilePattern({ source: [{ cidr: '10.0.0.0/8' }] })).toThrow(/"cidr" is not simulated/);
  });

  it.each([
    ['*:service/prod/*', 'arn:aws:ecs:eu-west-1:111122223333:service/prod/web', true],
    ['*:service/prod/*', 'arn:aws:ecs:eu-west-1:111122223333:service/production/web', false],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['exact', 'exactly', false],
  ])('the wildcard %s is matched by %s: %s', (wildcard, value, expected) => {
    expect(compilePattern({ source: [{ wildcard }] })({ source: value })).toBe(expected);
  });
});
