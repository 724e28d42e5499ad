import { describe, expect, it } from 'vitest';
import { repositoryKey } from '../../cli/doctor/image.ts';
import type { ContainerView, RepositoryView, ServiceView } from '../../cli/doctor/snapshot.ts';
import { draftOf } from '../../cli/init/write.ts';
import { container, repository, runs, snapshot } from './doctoring.ts';
import { account, bodyOf, prose } from './initing.ts';

const REGISTRY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const KEY = repositoryKey('111122223333', 'eu-west-1', 'shop/api');

const using = (
  image: string,
  seen: Partial<ServiceView> = {},
  view: Partial<RepositoryView> = {},
  more: Partial<ContainerView> = {},
) =>
  account([
    snapshot({
      ...runs(seen, { containers: [container({ image: `${REGISTRY}/${image}`, ...more })] }),
      repositories: new Map([[KEY, repository({ name: 'shop/api', mutability: 'MUTABLE', ...view })]]),
    }),
  ]);

describe('repositories in the file that stevedore init writes', () => {
  it('get a promotion for each tag that a service runs, which deploys that service', () => {
    const { policy } = draftOf(using('shop/api:production'));

    expect(policy?.runtime.retagging.rules).toMatchObject([
      { id: 'shop/api/production', repository: 'shop/api', deploy: [{ cluster: 'prod', service: 'web' }] },
    ]);
  });

  it('deploy nothing that ECS does not deploy by rolling updates', () => {
    expect(bodyOf(using('shop/api:production', { rolling: false }))).toContain('deploy: []');
  });

  it.each([
    ['by digest', `shop/api@sha256:${'1'.repeat(64)}`, {}, 'by digest: there is no tag that could be moved.'],
    ['by the tag of a build', 'shop/api:v1.2.3', {}, 'by the tag v1.2.3 of one build.'],
    ['by the hash of a commit', 'shop/api:abcdefab', {}, 'by the tag abcdefab of one build.'],
    ['by a tag that cannot move', 'shop/api:production', { mutability: 'IMMUTABLE' }, '(IMMUTABLE)'],
  ])('are left out where a service names its image %s', (_, image, view, why) => {
    const body = bodyOf(using(image, {}, view));

    expect(prose(body)).toContain(
      `Left out: prod/web runs shop/api ${why.startsWith('(') ? 'by the tag' : why}`,
    );
    expect(prose(body)).toContain(why);
    expect(body).not.toMatch(/^ *shop\/api:/m);
  });

  it('are none of another account', () => {
    const image = '999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop/api:production';

    expect(draftOf(using('', {}, {}, { image })).text).not.toContain('shop/api');
  });
});
