import { describe, expect, it } from 'vitest';
import { pinnedTo, readReference } from '../../lib/failover/image-reference.ts';
import { denied, throttled } from '../functions/calls.ts';
import { servicePolicy } from './policies.ts';
import { type FailoverRig, ON_DEMAND, order, placementFailure, starved, UPDATE, written } from './rig.ts';
import { definition, definitionArn, digest, imageOf, revisionArn, taskArn } from './shapes.ts';

const TAG = '111122223333/us-east-1/web:v1';
const pinning = { services: [servicePolicy('web', { image: 'pin' })] };

const movedTag = (rig: FailoverRig) => rig.world.state.images.set(TAG, { digest: digest('b') });
const setImage = (rig: FailoverRig, image: string) =>
  rig.world.state.definitions.set(
    definitionArn('web'),
    definition('web', { containerDefinitions: [{ name: 'app', image, essential: true }] }),
  );

describe('what a flip would ship', () => {
  it('failover edge 10: is another image if the tag has moved, and then it is refused', async () => {
    const rig = await starved();
    movedTag(rig);

    await rig.send(placementFailure(rig));

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('image-differs')?.sentence).toContain(digest('b'));
  });

  it('is the same image if an index has the running manifest among its children', async () => {
    const rig = await starved();
    const manifests = [{ digest: digest('c') }, { digest: digest('a') }];
    rig.world.state.images.set(TAG, { digest: digest('d'), manifest: JSON.stringify({ manifests }) });

    await rig.send(placementFailure(rig));

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it.each([
    ['a manifest that is no JSON', 'not json'],
    ['an index of other images', JSON.stringify({ manifests: [{ digest: digest('c') }, null] })],
  ])('is another one if the tag has %s', async (_what, manifest) => {
    const rig = await starved();
    rig.world.state.images.set(TAG, { digest: digest('d'), manifest });

    await rig.send(placementFailure(rig));

    expect(rig.notable()).toContain('image-differs');
  });

  it("is asked in the registry's own account and Region", async () => {
    const rig = await starved();
    setImage(rig, '999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop/web:v7');
    rig.world.state.images.set('999988887777/eu-west-1/shop/web:v7', { digest: digest('a') });

    await rig.send(placementFailure(rig));

    expect(rig.world.inputs('ECR:BatchGetImage')).toMatchObject([
      {
        registryId: '999988887777',
        region: 'eu-west-1',
        repositoryName: 'shop/web',
        imageIds: [{ imageTag: 'v7' }],
      },
    ]);
    expect(rig.world.inputs('ECR:BatchGetImage')[0]?.acceptedMediaTypes).toContain(
      'application/vnd.oci.image.index.v1+json',
    );
    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('is not asked for an image that is pinned by digest', async () => {
    const rig = await starved();
    setImage(rig, `111122223333.dkr.ecr.us-east-1.amazonaws.com/web@${digest('e')}`);

    await rig.send(placementFailure(rig));

    expect(rig.world.names()).not.toContain('ECR:BatchGetImage');
    expect(rig.world.names()).not.toContain('ECS:DescribeServiceRevisions');
    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it.each([
    ['of Docker Hub', (rig: FailoverRig) => setImage(rig, 'nginx:1.27'), /docker\.io/],
    ['whose tag is gone', (rig: FailoverRig) => rig.world.state.images.clear(), /ImageNotFound/],
    [
      'that may not be read',
      (rig: FailoverRig) => rig.world.fail('ECR:BatchGetImage', denied('ecr:BatchGetImage')),
      /ecr:BatchGetImage/,
    ],
    [
      'whose registry is throttled',
      (rig: FailoverRig) => rig.world.fail('ECR:BatchGetImage', throttled()),
      /throttled/,
    ],
  ])('of an image %s is not known, says why, and is refused', async (_what, prepare, why) => {
    const rig = await starved();
    prepare(rig);

    await rig.send(placementFailure(rig));

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('image-unverifiable')?.sentence).toMatch(why);
  });

  it('does not matter where the policy ignores images', async () => {
    const rig = await starved({ services: [servicePolicy('web', { image: 'ignore' })] });
    movedTag(rig);

    await rig.send(placementFailure(rig));

    expect(written(rig)).toEqual([ON_DEMAND]);
  });
});

describe('what runs now', () => {
  const ownTask = (id: string, imageDigest: string) => ({
    taskArn: taskArn(id),
    group: 'service:web',
    taskDefinitionArn: definitionArn('web'),
    containers: [{ name: 'app', imageDigest }],
  });

  it('is asked of the tasks if the service revision has no digests', async () => {
    const rig = await starved();
    rig.world.service('web').runningCount = 1;
    rig.world.state.revisions.clear();
    rig.world.state.tasks.set(taskArn('t1'), ownTask('t1', digest('a')));

    await rig.send(order(rig, 'fail-over'));

    expect(rig.world.names()).toContain('ECS:DescribeTasks');
    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('is not known if the tasks run different images', async () => {
    const rig = await starved();
    rig.world.state.revisions.clear();
    rig.world.state.tasks.set(taskArn('t1'), ownTask('t1', digest('a')));
    rig.world.state.tasks.set(taskArn('t2'), ownTask('t2', digest('b')));

    await rig.send(placementFailure(rig));

    expect(rig.entry('image-unverifiable')?.sentence).toMatch(/2 different images/);
  });

  it('is that of the newest revision of the same task definition', async () => {
    const rig = await starved();
    const revision = (n: number, letter: string, taskDefinition = definitionArn('web')) =>
      rig.world.state.revisions.set(revisionArn('web', n), {
        serviceRevisionArn: revisionArn('web', n),
        taskDefinition,
        createdAt: new Date(n),
        containerImages: [{ containerName: 'app', imageDigest: digest(letter) }],
      });
    revision(1, 'a');
    revision(2, 'b');
    revision(3, 'c', definitionArn('web', 2));
    rig.world.service('web').currentServiceRevisions = [1, 2, 3].map((n) => ({ arn: revisionArn('web', n) }));
    movedTag(rig);

    await rig.send(placementFailure(rig));

    expect(written(rig)).toEqual([ON_DEMAND]);
  });
});

describe('pinning', () => {
  it('registers the same task definition with the running digests, and deploys that', async () => {
    const rig = await starved(pinning);
    movedTag(rig);

    await rig.send(placementFailure(rig));

    expect(rig.world.inputs('ECS:RegisterTaskDefinition')).toEqual([
      {
        family: 'web',
        networkMode: 'awsvpc',
        cpu: '512',
        memory: '1024',
        requiresCompatibilities: ['FARGATE'],
        runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
        containerDefinitions: [
          {
            name: 'app',
            image: `111122223333.dkr.ecr.us-east-1.amazonaws.com/web@${digest('a')}`,
            essential: true,
          },
        ],
        tags: [{ key: 'team', value: 'shop' }],
      },
    ]);
    expect(rig.world.inputs(UPDATE)).toMatchObject([
      {
        capacityProviderStrategy: ON_DEMAND,
        taskDefinition: definitionArn('web', 2),
        forceNewDeployment: true,
      },
    ]);
    expect(await rig.record()).toMatchObject({
      original: { taskDefinition: definitionArn('web') },
      written: { taskDefinition: definitionArn('web', 2) },
    });
    expect(rig.notable()).toContain('image-pinned');
    expect(rig.entry('failed-over')?.calls).toEqual(['ECS:RegisterTaskDefinition', 'ECS:UpdateService']);
  });

  it('that is tried again uses the revision that was registered before', async () => {
    const rig = await starved(pinning);
    movedTag(rig);
    rig.world.fail(UPDATE, throttled());

    await rig.send(placementFailure(rig));
    expect(rig.entry('throttled')?.calls).toEqual(['ECS:RegisterTaskDefinition']);
    await rig.tick();

    expect(rig.world.inputs('ECS:RegisterTaskDefinition')).toHaveLength(1);
    expect(rig.entry('failed-over')?.calls).toEqual(['ECS:UpdateService']);
    expect(rig.world.service('web').taskDefinition).toBe(definitionArn('web', 2));
  });

  it('that is denied changes nothing and names the call', async () => {
    const rig = await starved(pinning);
    movedTag(rig);
    rig.world.fail('ECS:RegisterTaskDefinition', denied('ecs:RegisterTaskDefinition'));

    await expect(rig.send(placementFailure(rig))).rejects.toThrow(/ecs:RegisterTaskDefinition/);

    expect(rig.world.inputs(UPDATE)).toEqual([]);
    expect((await rig.record()).original).toBeUndefined();
  });
});

describe('an image reference', () => {
  const ecr = {
    kind: 'ecr-tag',
    registryId: '111122223333',
    region: 'us-east-1',
    repository: 'a/web',
    tag: 'v1',
  };

  it.each([
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com/a/web:v1', ecr],
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com/a/web', { ...ecr, tag: 'latest' }],
    ['111122223333.dkr.ecr-fips.us-east-1.amazonaws.com/a/web:v1', ecr],
    ['111122223333.dkr-ecr.us-east-1.on.aws/a/web:v1', ecr],
    ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/a/web:v1', { ...ecr, region: 'cn-north-1' }],
    ['public.ecr.aws/nginx/nginx:1', { kind: 'elsewhere', registry: 'public.ecr.aws' }],
    ['nginx', { kind: 'elsewhere', registry: 'docker.io' }],
    ['library/nginx:1', { kind: 'elsewhere', registry: 'docker.io' }],
    ['localhost:5000/web:v1', { kind: 'elsewhere', registry: 'localhost:5000' }],
    [`nginx@${digest('a')}`, { kind: 'digest', digest: digest('a') }],
    [`nginx:1@${digest('a')}`, { kind: 'digest', digest: digest('a') }],
  ])('%s is read', (image, expected) => {
    expect(readReference(image)).toEqual(expected);
  });

  it.each([
    ['nginx', `nginx@${digest('a')}`],
    ['nginx:1', `nginx@${digest('a')}`],
    ['localhost:5000/web', `localhost:5000/web@${digest('a')}`],
    ['localhost:5000/web:v1', `localhost:5000/web@${digest('a')}`],
    [`nginx:1@${digest('b')}`, `nginx@${digest('a')}`],
    [imageOf('web'), `111122223333.dkr.ecr.us-east-1.amazonaws.com/web@${digest('a')}`],
  ])('%s is pinned', (image, expected) => {
    expect(pinnedTo(image, digest('a'))).toBe(expected);
  });
});
