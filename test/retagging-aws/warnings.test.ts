import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { repositoryName } from '../../lib/ids.ts';
import { denied } from '../functions/calls.ts';
import { aRule } from '../retagging/situations.ts';
import { push, settled } from './rig.ts';

/** All ticks of so many minutes. */
async function minutes(rig: Awaited<ReturnType<typeof settled>>['rig'], count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) await rig.tick();
}

describe('a warning', () => {
  it('retagging edge 17: of an image that is due to expire is given once a day; nothing waits for the preview', async () => {
    const { rig, world, first } = await settled();
    const expire = (imageDigest: string, imageTags: string[]) => ({
      imageDigest,
      imageTags,
      action: { type: 'EXPIRE' as const },
    });
    world.state.previews.set('web', { status: 'IN_PROGRESS', previewResults: [] });
    // The first look found no policy, and asks again a day later.
    await rig.tick(24 * HOUR);
    await rig.tick();
    world.state.previews.set('web', {
      status: 'COMPLETE',
      previewResults: [expire(first, ['v1', 'stable']), expire('sha256:other', ['v0'])],
    });
    await minutes(rig, 2);
    expect((await rig.repository())?.preview).toEqual({
      state: 'read',
      at: expect.any(Number),
      expiring: [first],
    });
    await minutes(rig, 60);
    const warnings = rig.journal.entries.filter(({ reason }) => reason === 'due-to-expire');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ weight: 'notable', facts: { digest: first } });
    expect(world.inputs('ECR:StartLifecyclePolicyPreview')).toHaveLength(2);
    expect(world.inputs('ECR:GetLifecyclePolicyPreview').length).toBeLessThanOrEqual(3);
  });

  it('retagging edge 17: an archived image is not promoted, one that is being restored is when that is done', async () => {
    const { rig, world, first } = await settled();
    const second = world.push('web', 'second', ['v2']);
    world.state.status.set(second, 'ARCHIVED');
    await rig.send(rig.pushed(second, 'v2'));
    expect(world.repository('web').tagged('stable')).toBe(first);
    expect(rig.entry('archived')).toMatchObject({ outcome: 'refused', weight: 'notable' });
    world.state.status.set(second, 'ACTIVATING');
    await rig.send(rig.pushed(second, 'v2'));
    expect(rig.entry('activating')).toBeDefined();
    world.state.status.set(second, 'ACTIVE');
    await rig.tick();
    expect(world.repository('web').tagged('stable')).toBe(second);
  });

  it('retagging edge 17: of an archived image under the tag is given once a day', async () => {
    const { rig, world, first } = await settled();
    world.state.status.set(first, 'ARCHIVED');
    await minutes(rig, 60);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'archived')).toHaveLength(1);
    await rig.tick(24 * HOUR);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'archived')).toHaveLength(2);
  });

  it('retagging edge 15: of 900 tags is given once a day, and at 1,000 no other tag is given', async () => {
    const { rig, world, first } = await settled();
    const tagsOf = (digest: string) => world.repository('web').images.get(digest)?.tags;
    for (let n = 0; n < 900; n += 1) tagsOf(first)?.add(`run-${n}`);
    await minutes(rig, 60);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'tags-nearly-used-up')).toHaveLength(1);
    const second = world.push('web', 'second', ['v2']);
    for (let n = 0; n < 999; n += 1) tagsOf(second)?.add(`other-${n}`);
    await rig.send(rig.pushed(second, 'v2'));
    expect(rig.puts()).toBe(0);
    expect(rig.entry('too-many-tags')).toMatchObject({ outcome: 'refused' });
  });

  it('of a pull-through cache is given once a day for its repositories alone', async () => {
    const cached = repositoryName('hub/nginx');
    const cacheRule = aRule({
      id: 'hub/nginx/stable',
      repository: cached,
      destination: { repository: cached, region: null, tags: ['stable'] },
    });
    const { rig, world } = await settled({ rules: [aRule(), cacheRule] });
    world.push(cached, 'nginx', ['v1', 'stable']);
    world.state.cachePrefixes.push('hub', 'ROOT');
    await minutes(rig, 60);
    const warnings = rig.journal.entries.filter(({ reason }) => reason === 'pull-through-cache-tag');
    expect(warnings.map(({ subject }) => subject)).toEqual(['hub/nginx:stable']);
  });

  it('retagging edge 17: of what expires here is not given for the same image in another Region', async () => {
    const abroad = aRule({ id: 'web/abroad', destination: { ...aRule().destination, region: 'us-east-1' } });
    const { rig, world, first } = await settled({ rules: [aRule(), abroad] });
    const action = { type: 'EXPIRE' as const };
    world.state.previews.set('web', {
      status: 'COMPLETE',
      previewResults: [{ imageDigest: first, imageTags: ['stable'], action }],
    });
    await rig.tick(24 * HOUR);
    await minutes(rig, 20);
    const warnings = rig.journal.entries.filter(({ reason }) => reason === 'due-to-expire');
    expect(warnings.map(({ subject }) => subject)).toEqual(['web:stable']);
  });

  it('that cannot be prepared is tried again a day later, and not every minute', async () => {
    const { rig, world } = await settled();
    world.fail('ECR:StartLifecyclePolicyPreview', denied('ecr:StartLifecyclePolicyPreview'), 99);
    await expect(rig.tick(24 * HOUR)).rejects.toThrow('ecr:StartLifecyclePolicyPreview');
    const asked = () => world.inputs('ECR:StartLifecyclePolicyPreview').length;
    const before = asked();
    await minutes(rig, 60);
    expect(asked()).toBe(before);
  });

  it('does not keep a tag from its image when what it goes by cannot be read', async () => {
    const { rig, world } = await settled();
    world.fail('ECR:DescribePullThroughCacheRules', denied('ecr:DescribePullThroughCacheRules'), 99);
    const second = world.push('web', 'second', ['v2']);
    await expect(rig.tick(16 * MINUTE)).rejects.toThrow('ecr:DescribePullThroughCacheRules');
    expect(world.repository('web').tagged('stable')).toBe(second);
    expect(await push(rig, 'third', 'v3')).toBeDefined();
  });
});
