import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { aRule } from '../retagging/situations.ts';
import { createRetaggingRig, push, type RetaggingRig, settled } from './rig.ts';

describe('a push', () => {
  it('is promoted by three calls: it is looked up, read and written', async () => {
    const { rig, world, first, calls } = await settled();
    const second = await push(rig, 'second', 'v2');
    expect(world.repository('web').tagged('stable')).toBe(second);
    expect(world.names(calls)).toEqual(['ECR:DescribeImages', 'ECR:BatchGetImage', 'ECR:PutImage']);
    expect(rig.entry('promoted')).toMatchObject({
      outcome: 'acted',
      subject: 'web:stable',
      calls: ['ECR:PutImage'],
      facts: { digest: second, previous: first },
      cause: { detailType: 'ECR Image Action' },
      weight: 'notable',
    });
    const record = await rig.record();
    expect(record).toMatchObject({
      current: { digest: second, by: 'web/stable' },
      history: [{ digest: first }],
    });
    expect(record).not.toHaveProperty('intent');
  });

  it('that changes nothing costs one read and no write', async () => {
    const { rig, world, first, calls } = await settled();
    await rig.send(rig.pushed(first, 'v1'));
    expect(world.names(calls)).toEqual(['ECR:DescribeImages']);
    expect(rig.entry('already-there')).toBeDefined();
  });

  it('of a tag that no rule takes costs no call', async () => {
    const { rig, world, first, calls } = await settled();
    await rig.send(rig.pushed(first, 'main'));
    await rig.send(rig.pushed(first, 'v1', { 'repository-name': 'other' }));
    await rig.send(rig.pushed(first, 'v1', { result: 'FAILURE' }));
    expect(world.names(calls)).toEqual([]);
    expect(rig.reasons().slice(-3)).toEqual([
      'tag-not-in-policy',
      'repository-not-in-policy',
      'image-action-failed',
    ]);
  });

  it('in mode observe is journalled and nothing is written, again and again', async () => {
    const { rig, world } = await settled({ mode: 'observe' });
    await push(rig, 'second', 'v2');
    await rig.tick(15 * MINUTE);
    expect(world.writes().filter((name) => name !== 'ECR:StartLifecyclePolicyPreview')).toEqual([]);
    expect(rig.entry('promoted')).toMatchObject({ outcome: 'observed', weight: 'notable' });
    expect((await rig.record())?.current?.digest).toBe(world.repository('web').tagged('v1'));
  });

  it('retagging edge 1: the event of our own write is one look and no write', async () => {
    const { rig, world } = await settled();
    const second = await push(rig, 'second', 'v2');
    const calls = world.calls.length;
    await rig.send(rig.pushed(second, 'stable'));
    expect(world.names(calls)).toEqual(['ECR:DescribeImages']);
    expect(rig.entry('own-write')).toBeDefined();
    expect(rig.puts()).toBe(1);
  });

  it('retagging edge 2: without a tag, as the platforms of an index are pushed, is left aside', async () => {
    const { rig, world, calls } = await settled();
    await rig.send(rig.pushed(world.push('web', 'child', []), null));
    expect(world.names(calls)).toEqual([]);
    expect(rig.entry('tag-not-in-policy')).toBeDefined();
  });

  it('retagging edge 3: whose event was lost is found by the schedule', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    await rig.tick(13 * MINUTE);
    expect(world.repository('web').tagged('stable')).not.toBe(second);
    await rig.tick(2 * MINUTE);
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it('retagging edge 4: that is told after a newer one does not go back', async () => {
    const { rig, world } = await settled();
    const older = world.push('web', 'older', ['v2']);
    rig.clock.advance(MINUTE);
    const newer = world.push('web', 'newer', ['v3']);
    await rig.send(rig.pushed(newer, 'v3'));
    await rig.send(rig.pushed(older, 'v2'));
    expect(world.repository('web').tagged('stable')).toBe(newer);
    expect(rig.puts()).toBe(1);
    expect(rig.entry('older-than-current')).toBeDefined();
  });

  it('retagging edge 5: whose tag has moved on when ECR is read is not promoted under it', async () => {
    const rule = aRule({ source: { kind: 'exact', tag: 'main' } });
    const { rig, world } = await settled({ rules: [rule] });
    const second = world.push('web', 'second', ['main']);
    const hold = world.hold('ECR:BatchGetImage');
    const handling = rig.send(rig.pushed(second, 'main'));
    await hold.reached;
    rig.clock.advance(MINUTE);
    const third = world.push('web', 'third', ['main']);
    hold.release();
    await handling;
    expect(world.repository('web').tagged('stable')).not.toBe(second);
    expect(rig.entry('source-tag-moved')).toBeDefined();
    // Its own event may be lost: the next tick looks all the same.
    await rig.tick();
    expect(world.repository('web').tagged('stable')).toBe(third);
  });

  it('retagging edge 7: of an image that the tag is on already, by another hand, is a success', async () => {
    const { rig, world } = await settled();
    const second = world.push('web', 'second', ['v2']);
    const hold = world.hold('ECR:PutImage');
    const handling = rig.send(rig.pushed(second, 'v2'));
    await hold.reached;
    world.give('web', 'stable', second);
    hold.release();
    await handling;
    expect((await rig.record())?.current?.digest).toBe(second);
    expect(rig.reasons()).toContain('already-there');
    expect(rig.reasons()).not.toContain('promoted');
  });

  it('retagging edge 7: to an immutable tag is tried once and not again', async () => {
    const { rig, world, first } = await settled();
    world.repository('web').immutable = true;
    world.state.repositories.set('web', { imageTagMutability: 'IMMUTABLE' });
    await push(rig, 'second', 'v2');
    rig.clock.advance(MINUTE);
    await push(rig, 'third', 'v3');
    await rig.tick(20 * MINUTE);
    expect(rig.puts()).toBe(1);
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.entry('tag-immutable')).toMatchObject({ outcome: 'failed', weight: 'notable' });
  });

  it.each([
    ['IMMUTABLE', undefined, false],
    ['IMMUTABLE_WITH_EXCLUSION', 'stab*', true],
    ['IMMUTABLE_WITH_EXCLUSION', 'v*', false],
    ['MUTABLE_WITH_EXCLUSION', 'stab*', false],
  ] as const)(
    'retagging edge 8: in a repository that is %s (%s) is promoted: %s',
    async (mode, filter, promoted) => {
      const rig = createRetaggingRig();
      rig.world.state.repositories.set('web', {
        imageTagMutability: mode,
        ...(filter && { imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter }] }),
      });
      rig.world.push('web', 'first', ['v1', 'stable']);
      await rig.tick();
      rig.clock.advance(MINUTE);
      await push(rig, 'second', 'v2');
      expect(rig.puts()).toBe(promoted ? 1 : 0);
      if (!promoted)
        expect(rig.entry('tag-immutable')).toMatchObject({ outcome: 'refused', weight: 'notable' });
    },
  );
});

describe('a rule that goes by a schedule alone', () => {
  it('looks at all images when it runs, and not before', async () => {
    const schedule = { cron: '30 * * * *', timeZone: 'UTC' };
    const rules = [aRule({ triggers: { push: false, scan: false, deployment: false, schedule } })];
    // The clock stands at 12:02.
    const { rig, world, first } = await settled({ rules });
    const second = await push(rig, 'second', 'v2');
    for (let minute = 3; minute < 30; minute += 1) await rig.tick();
    expect(world.repository('web').tagged('stable')).toBe(first);
    await rig.tick();
    expect(world.repository('web').tagged('stable')).toBe(second);
  });
});

describe('a destination that was never there', () => {
  it('is given to the newest image by the first look, whatever the number of rules', async () => {
    const rules = ['a', 'b', 'c', 'd', 'e'].map((tag) =>
      aRule({ id: `web/${tag}`, destination: { ...aRule().destination, tags: [tag] } }),
    );
    const rig = createRetaggingRig({ rules });
    const first = rig.world.push('web', 'first', ['v1']);
    await rig.send(rig.pushed(first, 'v1'));
    expect(rig.world.inputs('ECR:DescribeImages')).toHaveLength(1);
    expect([...(rig.world.repository('web').images.get(first)?.tags ?? [])]).toEqual(
      expect.arrayContaining(['a', 'b', 'c', 'd', 'e']),
    );
  });
});

describe('a rule for another repository', () => {
  const rule = aRule({
    destination: { ...aRule().destination, repository: aRule({}).repository, region: 'us-east-1' },
  });

  it('copies layers first, and knows the copy by the push of its source', async () => {
    const rig = createRetaggingRig({ rules: [rule] });
    const first = rig.world.push('web', 'first', ['v1']);
    await rig.send(rig.pushed(first, 'v1'));
    const pushedAt = rig.world.state.pushedAt.get(first);
    rig.clock.advance(MINUTE);
    const record = await rig.record('web:stable@us-east-1');
    expect(rig.world.repository('web', 'us-east-1').tagged('stable')).toBe(first);
    expect(rig.entry('copied')).toMatchObject({
      weight: 'notable',
      calls: ['ECR:InitiateLayerUpload', 'ECR:UploadLayerPart', 'ECR:CompleteLayerUpload', 'ECR:PutImage'],
    });
    expect(record?.current).toMatchObject({ digest: first, pushedAt });
    expect(rig.world.downloads.length).toBeGreaterThan(0);
  });

  it('is not begun a second time by another invocation while it lasts', async () => {
    const others: Promise<void>[] = [];
    const rig: RetaggingRig = createRetaggingRig({
      rules: [rule],
      whileCopying: async () => {
        if (others.length > 0) return;
        rig.clock.advance(2 * MINUTE);
        others.push(rig.send(rig.pushed(first, 'v1')));
        await others[0];
      },
    });
    const first = rig.world.push('web', 'first', ['v1']);

    await rig.send(rig.pushed(first, 'v1'), { remainingMs: 300_000 });

    expect(others).toHaveLength(1);
    const urls = rig.world.downloads.map(({ url }) => url);
    expect(urls).toEqual([...new Set(urls)]);
    expect(rig.reasons()).not.toContain('moved-by-others');
    expect(rig.world.repository('web', 'us-east-1').tagged('stable')).toBe(first);
  });
});
