import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { aRule, byHand, scanGate } from '../retagging/situations.ts';
import { createRetaggingRig, push, settled } from './rig.ts';

describe('an order to promote', () => {
  it.each(['digest', 'tag'] as const)('by %s gives the tag to an image that no trigger would', async (by) => {
    const { rig, world } = await settled({ rules: [aRule({ triggers: byHand })] });
    const second = await push(rig, 'second', 'v2');
    expect(rig.puts()).toBe(0);
    await rig.send(rig.ordered({ verb: 'promote', image: by === 'digest' ? second : 'v2' }));
    expect(world.repository('web').tagged('stable')).toBe(second);
    expect(rig.entry('promoted')?.sentence).toContain('ada');
  });

  it('finds an image without a tag by its digest', async () => {
    const { rig, world } = await settled();
    const bare = world.push('web', 'bare', []);
    await rig.send(rig.ordered({ verb: 'promote', image: bare }));
    expect(world.repository('web').tagged('stable')).toBe(bare);
  });

  it('goes past the gates only if it says so', async () => {
    const { rig, world, first } = await settled({ rules: [aRule({ gates: { scan: scanGate } })] });
    const second = await push(rig, 'second', 'v2');
    await rig.tick(11 * MINUTE);
    await rig.send(rig.ordered({ verb: 'promote', image: second }));
    expect(world.repository('web').tagged('stable')).toBe(first);
    await rig.send(rig.ordered({ verb: 'promote', image: second, skipGates: true }));
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it.each([
    ['an image that is not there', { image: 'v9' }, 'order-not-applicable'],
    ['no image', {}, 'order-incomplete'],
    ['a tag that is in no rule', { image: 'v1', tag: 'other' }, 'tag-not-in-policy'],
  ])('of %s is answered', async (_, order, reason) => {
    const { rig } = await settled();
    await rig.send(rig.ordered({ verb: 'promote', ...order }));
    expect(rig.puts()).toBe(0);
    expect(rig.entry(reason)).toMatchObject({ outcome: 'refused', weight: 'notable' });
  });
});

describe('an order to roll back', () => {
  it('retagging edge 16: moves the tag to the digest before, deletes nothing, and the rule does not undo it', async () => {
    const { rig, world, first } = await settled();
    const second = await push(rig, 'second', 'v2');
    await rig.send(rig.ordered({ verb: 'rollback' }));
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(world.repository('web').images.size).toBe(2);
    await rig.send(rig.pushed(second, 'v2'));
    await rig.tick(HOUR);
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.entry('rolled-back')).toMatchObject({ facts: { digest: first, previous: second } });
    const third = await push(rig, 'third', 'v3');
    expect(world.repository('web').tagged('stable')).toBe(third);
  });

  it('goes further back when what was before is gone', async () => {
    const { rig, world, first } = await settled();
    rig.clock.advance(MINUTE);
    const second = await push(rig, 'second', 'v2');
    rig.clock.advance(MINUTE);
    await push(rig, 'third', 'v3');
    world.repository('web').images.delete(second);
    await rig.send(rig.ordered({ verb: 'rollback' }));
    expect(world.repository('web').tagged('stable')).toBe(first);
  });

  it('to a digest that was never there is answered', async () => {
    const { rig, world, first } = await settled();
    await rig.send(rig.ordered({ verb: 'rollback', to: `sha256:${'0'.repeat(64)}` }));
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.entry('nothing-to-roll-back-to')).toMatchObject({ outcome: 'refused', weight: 'notable' });
  });

  it('is released by an order, and the rule promotes again at once', async () => {
    const { rig, world } = await settled();
    const second = await push(rig, 'second', 'v2');
    await rig.send(rig.ordered({ verb: 'rollback' }));
    await rig.send(rig.ordered({ verb: 'release' }));
    expect(world.repository('web').tagged('stable')).toBe(second);
    expect(rig.entry('released')).toBeDefined();
  });

  it('that is delivered twice is carried out once', async () => {
    const { rig, first } = await settled();
    await push(rig, 'second', 'v2');
    rig.clock.advance(MINUTE);
    await push(rig, 'third', 'v3');
    const order = rig.ordered({ verb: 'rollback' });
    await rig.send(order);
    const puts = rig.puts();
    await rig.send(order);
    expect(rig.puts()).toBe(puts);
    expect((await rig.record())?.current?.digest).not.toBe(first);
    expect(rig.entry('event-repeated')).toBeDefined();
  });

  it('in mode observe is answered and changes nothing', async () => {
    const { rig, world, first } = await settled({ mode: 'observe' });
    const second = world.push('web', 'second', ['v2']);
    await rig.send(rig.ordered({ verb: 'promote', image: second }));
    await rig.tick();
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'promoted')).toHaveLength(1);
    expect(await rig.record()).not.toHaveProperty('order');
  });
});

describe('what others do', () => {
  it('is left alone until something newer is pushed', async () => {
    const { rig, world, first } = await settled();
    const second = await push(rig, 'second', 'v2');
    rig.clock.advance(MINUTE);
    world.give('web', 'stable', first);
    await rig.send(rig.pushed(first, 'stable'));
    await rig.tick(HOUR);
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.entry('moved-by-others')).toMatchObject({ weight: 'notable' });
    expect((await rig.record())?.history.at(-1)?.digest).toBe(second);
    const third = await push(rig, 'third', 'v3');
    expect(world.repository('web').tagged('stable')).toBe(third);
  });

  it('is healed when it was a deletion of the tag, whose event says to look', async () => {
    const { rig, world, first } = await settled();
    world.repository('web').images.get(first)?.tags.delete('stable');
    await rig.send(rig.pushed(first, 'stable', { 'action-type': 'DELETE' }));
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.entry('healed')).toMatchObject({ outcome: 'acted', weight: 'notable' });
  });

  it('is healed by the schedule when the event was lost', async () => {
    const { rig, world, first } = await settled();
    world.repository('web').images.get(first)?.tags.delete('stable');
    await rig.tick(15 * MINUTE);
    expect(world.repository('web').tagged('stable')).toBe(first);
  });

  it('does not pass for a deletion when the tag moves between two pages of a listing', async () => {
    const { rig, world, first } = await settled();
    world.state.page = 1;
    const second = world.push('web', 'second', ['x']);
    const names = () => world.inputs('ECR:DescribeImages').length;
    const before = names();
    const clients = world.hold('ECR:DescribeImages');
    rig.clock.advance(15 * MINUTE);
    const ticking = rig.tick();
    await clients.reached;
    // The first page is read when `stable` is on the second image, the second when it is on the first.
    world.give('web', 'stable', second);
    const next = world.hold('ECR:DescribeImages');
    clients.release();
    await next.reached;
    world.give('web', 'stable', first);
    next.release();
    await ticking;
    expect(names() - before).toBe(3);
    expect(rig.puts()).toBe(0);
    expect(rig.entry('healed')).toBeUndefined();
  });

  it('in another Region is known by the push of its source, not by that of the copy', async () => {
    const abroad = aRule({ destination: { ...aRule().destination, region: 'us-east-1' } });
    const rig = createRetaggingRig({ rules: [abroad] });
    const { world } = rig;
    const first = world.push('web', 'first', ['v1']);
    await rig.send(rig.pushed(first, 'v1'));
    rig.clock.advance(HOUR);
    const second = await push(rig, 'second', 'v2');
    rig.clock.advance(HOUR);
    world.repository('web', 'us-east-1').images.get(second)?.tags.delete('stable');
    world.repository('web', 'us-east-1').images.get(first)?.tags.add('stable');
    world.state.pushedAt.set(`us-east-1 ${first}`, rig.clock.now());
    await rig.send(rig.pushed(second, 'v2'));
    expect((await rig.record('web:stable@us-east-1'))?.current).toMatchObject({
      digest: first,
      pushedAt: world.state.pushedAt.get(first),
      by: 'others',
    });
  });
});
