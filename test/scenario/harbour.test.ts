import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { type Hosts, harbour, type Scenario } from '../../simulator/scenarios/harbour.ts';

// The scenario of `npm start`, end to end: rules compiled from the policy file, the handler of the function, real SDK
// clients on a simulated wire.
let scenario: Scenario;
let hosts: Hosts;

beforeAll(async () => {
  scenario = harbour();
  hosts = scenario.hosts;
  await scenario.world.runUntil(scenario.endsAt);
});

const notable = (id: string) =>
  scenario.deployment.journal.filter(({ subject, weight }) => subject === id && weight === 'notable');
const reasons = (id: string) => notable(id).map(({ reason }) => reason);
const at = (id: string, reason: string) =>
  notable(id).find((entry) => entry.reason === reason)?.at ?? Number.NaN;

describe('the afternoon in the harbour', () => {
  it('drains a host that is scaled in, and completes its hook when the last task has stopped', () => {
    const id = hosts.smooth;

    expect(reasons(id)).toEqual(['drain-begun', 'drained', 'hook-completed', 'instance-gone']);
    expect(at(id, 'hook-completed')).toBe(at(id, 'drained'));
  });

  it('completes the hook in the invocation that the last STOPPED event causes', () => {
    const entry = notable(hosts.smooth).find(({ reason }) => reason === 'hook-completed');
    const invocation = scenario.world.recording.invocations.find(({ id }) => id === entry?.invocation);

    expect(invocation?.event).toMatchObject({
      'detail-type': 'ECS Task State Change',
      detail: { lastStatus: 'STOPPED' },
    });
    expect(invocation?.durationMs).toBeLessThan(1_000);
  });

  it('edge 12: finds the host whose lifecycle event was lost within a minute', () => {
    const waiting = scenario.world.recording.events.find(({ event }) =>
      JSON.stringify(event.detail).includes(`"EC2InstanceId":"${hosts.unannounced}"`),
    );

    expect(reasons(hosts.unannounced)).toContain('hook-completed');
    expect(at(hosts.unannounced, 'drain-begun') - (waiting?.at ?? 0)).toBeLessThanOrEqual(MINUTE + 1_000);
  });

  it('edge 13: names the standalone task that a drain waits for', () => {
    const blocked = notable(hosts.unannounced).find(({ reason }) => reason === 'drain-blocked');

    expect(blocked?.sentence).toMatch(/standalone/);
  });

  it('edge 9: does nothing more when an event is delivered twice', () => {
    const { invocations } = scenario.world.recording;
    const twice = invocations.filter(({ event }, index) =>
      invocations
        .slice(0, index)
        .some((earlier) => (earlier.event as { id: string }).id === (event as { id: string }).id),
    );

    expect(twice).toHaveLength(1);
    expect(twice[0]?.calls).toBe(0);
  });

  it('edge 15: says within two minutes of standstill which service cannot move, and acts at the deadline', () => {
    const blocked = notable(hosts.stuck).find(({ reason }) => reason === 'drain-blocked');

    expect(blocked?.sentence).toMatch(/Service ledger cannot move/);
    const [, seconds] = /No task has left \S+ for (\d+) s/.exec(blocked?.sentence ?? '') ?? [];
    expect(Number(seconds)).toBeLessThanOrEqual(120);
    expect(reasons(hosts.stuck)).toEqual(
      expect.arrayContaining(['deadline-continue', 'hook-completed', 'instance-gone']),
    );
  });

  it('edge 16: empties a Spot host before EC2 takes it', () => {
    const reclaimed = scenario.world.recording.events.find(
      ({ event }) =>
        event['detail-type'] === 'EC2 Instance State-change Notification' &&
        JSON.stringify(event.detail).includes(hosts.spot),
    );

    expect(at(hosts.spot, 'drained')).toBeLessThan(reclaimed?.at ?? 0);
  });

  it('edge 22: deregisters the host that was stopped and then terminated, ten minutes later and not before', () => {
    const deregistered = at(hosts.ghost, 'ghost-deregistered');

    // An hour after the termination EC2 has forgotten it too.
    expect(scenario.world.ec2.instances.has(hosts.ghost)).toBe(false);
    expect(reasons(hosts.ghost)).toContain('ghost-kept-by-policy');
    expect(deregistered - at(hosts.ghost, 'ghost-in-grace')).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(scenario.world.ecs.instances.find(hosts.ghost)).toBeUndefined();
  });

  it('edge 36: lets one host at a time be drained by order, the next when the first is released', () => {
    expect(reasons(hosts.ordered)).toEqual(['drain-begun', 'drained', 'reactivated']);
    expect(reasons(hosts.queued).slice(0, 2)).toEqual(['waiting-for-room', 'drain-begun']);
    expect(at(hosts.queued, 'drain-begun')).toBeGreaterThan(at(hosts.ordered, 'reactivated'));
  });

  it('leaves no invocation failed and no hook open', () => {
    const { lambda, autoScaling } = scenario.world;
    const open = [...autoScaling.groups.values()].flatMap((group) =>
      [...group.members.values()].filter(({ actions }) => actions.size > 0),
    );

    expect(lambda.stats.get('drain')?.errors).toBe(0);
    expect(lambda.failures).toEqual([]);
    expect(open).toEqual([]);
  });

  it('gives every change of AWS a journal entry with a reason', () => {
    const changes = scenario.world.recording.calls.filter(
      ({ operation, invocation }) =>
        invocation !== undefined && /^(Update|Complete|Deregister|Stop|Record)/.test(operation),
    );
    const explained = new Set(scenario.deployment.journal.map(({ invocation }) => invocation));

    expect(changes.length).toBeGreaterThan(10);
    expect(changes.filter(({ invocation }) => !explained.has(invocation ?? ''))).toEqual([]);
  });

  it('plays the same again, to the millisecond', async () => {
    const again = harbour();
    await again.world.runUntil(again.endsAt);

    expect(again.deployment.journal).toEqual(scenario.deployment.journal);
  });
});
