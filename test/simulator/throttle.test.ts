import { describe, expect, it } from 'vitest';
import { SECOND } from '../../lib/clock.ts';
import { prodWorld } from './worlds.ts';

describe('throttling', () => {
  /** How many of `count` calls are let through. */
  const accepted = async (count: number, call: () => Promise<unknown>) => {
    let passed = 0;
    for (let n = 0; n < count; n++) {
      await call().then(
        () => {
          passed += 1;
        },
        (error) => expect(error.name).toBe('ThrottlingException'),
      );
    }
    return passed;
  };

  it('edge 29: cluster resource reads share a bucket of 100 that refills with 20 a second', async () => {
    const { world, ecs } = prodWorld({ throttling: true });
    const list = () => ecs.listTasks({ cluster: 'prod' });
    const instances = () => ecs.listContainerInstances({ cluster: 'prod' });
    expect(await accepted(60, list)).toBe(60);
    expect(await accepted(60, instances)).toBe(40);
    expect(world.throttle.rejected.get('ECS:ListContainerInstances')).toBe(20);
    await world.runFor(SECOND);
    expect(await accepted(60, list)).toBe(20);
  });

  it('does not hold back the other groups', async () => {
    const { ecs } = prodWorld({ throttling: true });
    await accepted(200, () => ecs.listTasks({ cluster: 'prod' }));
    expect(await accepted(50, () => ecs.describeClusters({ clusters: ['prod'] }))).toBe(50);
  });

  it('can be switched off', async () => {
    const { ecs } = prodWorld({ throttling: false });
    expect(await accepted(300, () => ecs.listTasks({ cluster: 'prod' }))).toBe(300);
  });
});
