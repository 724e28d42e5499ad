import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { aRule } from '../retagging/situations.ts';
import { createRetaggingRig, push, type RetaggingRig, settled } from './rig.ts';

const stable = ({ world }: RetaggingRig) => world.repository('web').tagged('stable');

describe('what AWS does not answer', () => {
  it.each(['ECR:DescribeImages', 'ECR:BatchGetImage', 'ECR:PutImage'])(
    'a throttled %s is made good by the next tick',
    async (call) => {
      const { rig, world, first } = await settled();
      world.fail(call, throttled());
      const second = await push(rig, 'second', 'v2');
      expect(stable(rig)).toBe(first);
      expect(rig.reasons()).toContain('throttled');
      await rig.tick();
      expect(stable(rig)).toBe(second);
    },
  );

  it('a throttled listing is made once more a minute later, not after the next interval', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    world.fail('ECR:DescribeImages', throttled());
    await rig.tick(15 * MINUTE);
    await rig.tick();
    expect(stable(rig)).toBe(second);
  });

  it.each([
    ['ECR:DescribeImages', 'ecr:DescribeImages'],
    ['ECR:BatchGetImage', 'ecr:BatchGetImage'],
    ['ECR:PutImage', 'ecr:PutImage'],
  ])('%s denied is thrown for Lambda to see, and journalled with the permission', async (call, action) => {
    const { rig, world, first } = await settled();
    world.fail(call, denied(action));
    await expect(push(rig, 'second', 'v2')).rejects.toThrow(action);
    expect(rig.entry('access-denied')).toMatchObject({ outcome: 'failed', weight: 'notable' });
    expect(stable(rig)).toBe(first);
    await rig.tick(15 * MINUTE);
    expect(stable(rig)).not.toBe(first);
  });

  it.each([
    ['ECR:DescribeImages', 'ecr:DescribeImages'],
    ['ECR:BatchGetImage', 'ecr:BatchGetImage'],
    ['ECR:PutImage', 'ecr:PutImage'],
  ])(
    '%s denied fails at each try of Lambda, so that the failure queue gets the event',
    async (call, action) => {
      const { rig, world } = await settled();
      rig.clock.advance(MINUTE);
      const second = world.push('web', 'second', ['v2']);
      const event = rig.pushed(second, 'v2');
      world.fail(call, denied(action), 3);
      for (let attempt = 1; attempt <= 3; attempt++) await expect(rig.send(event)).rejects.toThrow(action);
      await rig.send(event);
      expect(stable(rig)).toBe(second);
    },
  );

  it('one repository that does not exist keeps no other from its tags', async () => {
    const lost = aRule({
      id: 'lost/stable',
      repository: aRule().repository,
      source: { kind: 'glob', pattern: 'v*' },
    });
    const there = { ...lost, destination: { ...lost.destination, region: 'us-east-1' } };
    const { rig, world } = await settled({ rules: [aRule(), there] });
    const gone = awsError('RepositoryNotFoundException', "The repository with name 'web' does not exist");
    // Only the listing of the other Region is asked for one tag alone.
    world.failWhen('ECR:DescribeImages', gone, ({ imageIds }) => Array.isArray(imageIds));
    const second = world.push('web', 'second', ['v2']);
    await expect(rig.tick(15 * MINUTE)).rejects.toThrow('does not exist');
    expect(stable(rig)).toBe(second);
  });

  it('a missing image costs one more call, which the answer names', async () => {
    const { rig, world } = await settled();
    rig.clock.advance(MINUTE);
    const second = world.push('web', 'second', ['v2']);
    const calls = world.calls.length;
    world.repository('web').images.delete(second);
    await rig.send(rig.pushed(second, 'v2'));
    expect(world.names(calls)).toEqual(['ECR:DescribeImages', 'ECR:DescribeImages']);
    expect(rig.entry('image-gone')).toBeDefined();
  });

  it('missing images are found also when the answer does not say which', async () => {
    const rule = aRule({ source: { kind: 'exact', tag: 'main' } });
    const { rig, world } = await settled({ rules: [rule] });
    const mute = awsError('ImageNotFoundException', 'not found');
    const isAskedForGone = ({ imageIds }: Readonly<Record<string, unknown>>) =>
      JSON.stringify(imageIds ?? '').includes('"imageTag":"main"');
    world.failWhen('ECR:DescribeImages', mute, isAskedForGone);
    await rig.send(rig.pushed(`sha256:${'0'.repeat(64)}`, 'main'));
    expect(rig.entry('image-gone')).toBeDefined();
  });

  it('bytes that do not match their digest are not written', async () => {
    const { rig, world, first } = await settled();
    const second = world.push('web', 'second', ['v2']);
    const image = world.repository('web').images.get(second);
    if (image) world.repository('web').images.set(second, { ...image, manifest: `${image.manifest}\n` });
    await expect(rig.send(rig.pushed(second, 'v2'))).rejects.toThrow('ECR:BatchGetImage for web:stable');
    expect(stable(rig)).toBe(first);
    expect(rig.entry('digest-mismatch')).toMatchObject({ weight: 'notable' });
  });

  it('a copy that is too large is refused with the command that does it', async () => {
    const rule = aRule({ destination: { ...aRule().destination, region: 'us-east-1' } });
    const small = createRetaggingRig({ rules: [rule], mostBytes: 1 });
    const first = small.world.push('web', 'first', ['v1']);
    await expect(small.send(small.pushed(first, 'v1'))).rejects.toThrow('npx stevedore promote');
    expect(small.entry('copy-too-large')).toMatchObject({ weight: 'notable' });
  });
});

describe('a crash', () => {
  const crash = new Error('Runtime exited');

  it('before anything is stored is made good by the retry of the event', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    const event = rig.pushed(second, 'v2');
    const { append } = rig.store;
    rig.store.append = () => Promise.reject(crash);
    await expect(rig.send(event)).rejects.toThrow('Runtime exited');
    rig.store.append = append;
    rig.coldStart();
    await rig.send(event);
    expect(stable(rig)).toBe(second);
    expect(rig.puts()).toBe(1);
  });

  it('before the intention is stored is made good by the retry of the event', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    const event = rig.pushed(second, 'v2');
    const { commit } = rig.store;
    rig.store.commit = () => Promise.reject(crash);
    await expect(rig.send(event)).rejects.toThrow('Runtime exited');
    expect(rig.puts()).toBe(0);
    rig.store.commit = commit;
    rig.coldStart();
    await rig.send(event);
    expect(stable(rig)).toBe(second);
    expect(rig.puts()).toBe(1);
  });

  it.each(['event', 'schedule'] as const)(
    'between intention and write is made good by the %s, with the same digest',
    async (by) => {
      const { rig, world } = await settled();
      const second = world.push('web', 'second', ['v2']);
      const event = rig.pushed(second, 'v2');
      // An invocation that never goes on.
      const { reached } = world.hold('ECR:BatchGetImage');
      void rig.send(event);
      await reached;
      expect((await rig.record())?.intent?.digest).toBe(second);
      rig.coldStart();
      // Its lease runs out.
      rig.clock.advance(30 * SECOND);
      if (by === 'event') await rig.send(event);
      else await rig.tick(15 * MINUTE);
      expect(stable(rig)).toBe(second);
      expect(rig.entry('intent-replayed')).toBeDefined();
      expect(rig.puts()).toBe(1);
    },
  );

  it('of who had the lease is made good by the next tick, for what others have left meanwhile', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    const { reached } = world.hold('ECR:BatchGetImage');
    void rig.send(rig.pushed(second, 'v2'));
    await reached;
    rig.clock.advance(SECOND);
    const third = world.push('web', 'third', ['v3']);
    await rig.send(rig.pushed(third, 'v3'));
    expect(rig.puts()).toBe(0);
    rig.coldStart();
    await rig.tick();
    expect(stable(rig)).toBe(third);
  });

  it('between write and record is found out by one read', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    const event = rig.pushed(second, 'v2');
    const { commit } = rig.store;
    let commits = 0;
    rig.store.commit = (...args) => {
      commits += 1;
      return commits === 2 ? Promise.reject(crash) : commit(...args);
    };
    await expect(rig.send(event)).rejects.toThrow('Runtime exited');
    expect(stable(rig)).toBe(second);
    rig.coldStart();
    const calls = world.calls.length;
    await rig.send(event);
    expect(world.names(calls)).toEqual(['ECR:DescribeImages']);
    expect((await rig.record())?.current?.digest).toBe(second);
    expect(await rig.record()).not.toHaveProperty('intent');
  });
});

describe('the kill switch', () => {
  it.each(['all', 'retagging', 'retagging/web'])(
    'of %s stops writes, and what was heard is done afterwards',
    async (scope) => {
      const { rig, world, first, calls } = await settled();
      await rig.control.pause(scope, 'ada', rig.clock.now());
      const second = await push(rig, 'second', 'v2');
      await rig.tick();
      await rig.tick(20 * MINUTE);
      expect(
        world.names(calls).filter((name) => name === 'ECR:DescribeImages' || name === 'ECR:PutImage'),
      ).toEqual([]);
      expect(stable(rig)).toBe(first);
      expect(rig.entry('paused')).toMatchObject({ outcome: 'held' });
      await rig.control.resume(scope);
      await rig.tick();
      expect(stable(rig)).toBe(second);
    },
  );

  it('of another repository stops nothing', async () => {
    const { rig } = await settled();
    await rig.control.pause('retagging/other', 'ada', rig.clock.now());
    const second = await push(rig, 'second', 'v2');
    expect(stable(rig)).toBe(second);
  });
});
