import { ListTasksCommand, UpdateContainerInstancesStateCommand } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClients } from '../../lib/aws/clients.ts';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { Scheduler } from '../../simulator/scheduler.ts';
import { createWorld } from '../../simulator/world.ts';
import { HOOK_PATTERN, prodWorld } from './worlds.ts';

describe('the scheduler', () => {
  it('runs everything once, in order of time and then of scheduling, without what was cancelled', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ at: fc.nat(50), cancel: fc.boolean() })), (entries) => {
        const scheduler = new Scheduler(0);
        const ran: number[] = [];
        const timers = entries.map(({ at }, index) => scheduler.at(at, () => ran.push(index)));
        for (const [index, { cancel }] of entries.entries()) if (cancel) timers[index]?.cancel();
        for (let next = scheduler.peek(); next !== undefined; next = scheduler.peek())
          scheduler.advanceTo(next);
        const expected = entries
          .map(({ at, cancel }, index) => ({ at, cancel, index }))
          .filter(({ cancel }) => !cancel)
          .sort((a, b) => a.at - b.at || a.index - b.index);
        expect(ran).toEqual(expected.map(({ index }) => index));
      }),
    );
  });
});

/** A scale-in with a handler that drains, and everything that was recorded of it. */
async function timeline(seed: number) {
  const world = createWorld({ seed });
  world.addCluster('prod');
  const group = world.addGroup({
    name: 'prod-asg',
    cluster: 'prod',
    instances: 5,
    hooks: [{ name: 'drain' }],
  });
  world.ecs.addService({ cluster: 'prod', name: 'web', desired: 20, minimumHealthyPercent: 50 });
  world.deploy({
    name: 'drain',
    init: () => {
      const { ecs } = createClients(world.clients());
      return async (event) => {
        const { EC2InstanceId } = (event as { detail: { EC2InstanceId: string } }).detail;
        const containerInstances = [world.ecs.instances.find(EC2InstanceId)?.arn ?? ''];
        await ecs.send(
          new UpdateContainerInstancesStateCommand({
            cluster: 'prod',
            containerInstances,
            status: 'DRAINING',
          }),
        );
        await ecs.send(new ListTasksCommand({ cluster: 'prod' }));
      };
    },
    rules: [{ name: 'hook', pattern: HOOK_PATTERN }],
  });
  world.after(SECOND, () => world.autoScaling.setDesired(group, 2));
  await world.runFor(10 * MINUTE);
  const { calls, events, invocations } = world.recording;
  return JSON.stringify({ calls, events, invocations });
}

describe('a world', () => {
  it('plays the same timeline for the same seed, and another for another', async () => {
    const [one, same, other] = [await timeline(1), await timeline(1), await timeline(2)];
    expect(one.length).toBeGreaterThan(10_000);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it('says who is stuck when a handler waits for something that is not of this world', async () => {
    const { world } = prodWorld();
    world.deploy({ name: 'stray', handler: () => new Promise(() => {}) })({});
    await expect(world.runFor(MINUTE)).rejects.toThrow(/invocation stray .* outside the simulated world/);
  });

  it('waits for real asynchronous work, e.g. a file, without letting time pass', async () => {
    const { world } = prodWorld();
    const seen: number[] = [];
    const invoke = world.deploy({
      name: 'reader',
      coldStartMs: 0,
      handler: async () => {
        const { readFile } = await import('node:fs/promises');
        await readFile(import.meta.filename);
        seen.push(world.now());
      },
    });
    const start = world.now();
    world.after(SECOND, () => invoke({}));
    world.after(2 * SECOND, () => seen.push(-1));
    await world.runFor(MINUTE);
    expect(seen).toEqual([start + SECOND, -1]);
  });

  it('stops at the limit when the condition does not come true', async () => {
    const { world } = prodWorld();
    const start = world.now();
    expect(await world.run({ until: () => false, limit: start + MINUTE })).toBe(false);
    world.after(SECOND, () => {});
    expect(await world.run({ until: () => false, limit: start + MINUTE + 500 })).toBe(false);
    expect(world.now()).toBe(start + MINUTE + 500);
  });
});
