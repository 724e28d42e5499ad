import { describe, expect, it } from 'vitest';
import { edited, instance, otherInstance, sample, setAt } from '../events/samples.ts';
import { host } from './hosts.ts';
import { createRig } from './rig.ts';

const token = '3c1f0a52-7b9e-4d2a-8f43-5a6b7c8d9e01';
const otherToken = '7a5d4e96-1f32-4b6e-8d87-9e0f1a2b3c45';
const waiting = (instanceId: string, token: string) => ({
  group: 'prod-hosts',
  hook: 'stevedore-drain',
  token,
  instanceId,
});

describe('the lifecycle action, however it is delivered', () => {
  it.each([
    'lifecycle-terminate',
    'lifecycle-terminate-sns',
    'lifecycle-terminate-sqs-from-sns',
    'lifecycle-terminate-warm-pool',
  ])('%s: drains the instance and completes its hook by the token', async (name) => {
    const leaving = host(1, { id: instance });
    const rig = createRig({ hosts: [leaving] });
    rig.world.waiting.push(waiting(instance, token));
    const event = name.endsWith('warm-pool')
      ? edited(name, { 'detail.LifecycleActionToken': token })
      : sample(name);
    await rig.send(event);
    expect(leaving.status).toBe('DRAINING');
    await rig.tick();

    expect(rig.world.inputs('AutoScaling:CompleteLifecycleAction')).toMatchObject([
      { InstanceId: instance, LifecycleActionToken: token },
    ]);
    expect(rig.world.waiting).toEqual([]);
  });

  it('edge 44: the way back to a warm pool is drained as if it ended, and that is remarked', async () => {
    const leaving = host(1, { id: instance });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(sample('lifecycle-terminate-warm-pool'));

    expect(rig.reasons()).toContain('warm-pool-return');
    expect(leaving.status).toBe('DRAINING');
  });

  it('two messages of a queue in one delivery are one pass: each call is made once for both', async () => {
    const [one, other] = [host(1, { id: instance }), host(2, { id: otherInstance })];
    const rig = createRig({ hosts: [one, other] });
    rig.world.waiting.push(waiting(instance, token), waiting(otherInstance, otherToken));
    await rig.send(sample('lifecycle-terminate-sqs'));

    expect([one.status, other.status]).toEqual(['DRAINING', 'DRAINING']);
    expect(rig.world.calls).toHaveLength(4);
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
  });

  it('a message that cannot be read does not keep the others from being handled', async () => {
    const [one, other] = [host(1, { id: instance }), host(2, { id: otherInstance })];
    const rig = createRig({ hosts: [one, other] });
    const event = sample('lifecycle-terminate-sqs');
    setAt(event, ['Records', '0', 'body'], '{"AutoScalingGroupName":');
    await rig.send(event);

    expect(rig.reasons()).toContain('malformed');
    expect([one.status, other.status]).toEqual(['ACTIVE', 'DRAINING']);
  });

  it('a message whose handling fails does not keep the others from being handled, and is thrown', async () => {
    const [one, other] = [host(1, { id: instance }), host(2, { id: otherInstance, cluster: 'batch' })];
    const rig = createRig({ hosts: [one, other] });
    const event = sample('lifecycle-terminate-sqs');
    const text = JSON.stringify(event).replaceAll('prod-hosts', 'batch-hosts');
    const both = { Records: [...recordsOf(event).slice(0, 1), ...recordsOf(JSON.parse(text)).slice(1)] };
    rig.world.failWhen(
      'ECS:ListContainerInstances',
      new Error('no answer'),
      ({ cluster }) => cluster === 'prod',
    );

    await expect(rig.send(both)).rejects.toThrow('no answer');
    expect([one.status, other.status]).toEqual(['ACTIVE', 'DRAINING']);
  });

  it('the schedule may send its own event or a constant', async () => {
    for (const name of ['schedule-tick', 'schedule-tick-constant']) {
      const rig = createRig();
      await rig.send(sample(name));
      expect(
        rig.standings.map(({ cluster }) => cluster),
        name,
      ).toEqual(['prod', 'batch']);
    }
  });
});

function recordsOf(event: unknown): unknown[] {
  return (event as { Records: unknown[] }).Records;
}
