import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { aRule } from '../retagging/situations.ts';
import { push, settled } from './rig.ts';

const IMAGE = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/web';
const SIDECAR = 'public.ecr.aws/xray/aws-xray-daemon:3';
const cluster = clusterName('prod');
const rules = [aRule({ deploy: [{ cluster, service: serviceName('web') }] })];

describe('after a retag', () => {
  it('retagging edge 18: a service that uses the tag is deployed, and the entry names what will run', async () => {
    const { rig, world, calls } = await settled({ rules });
    world.services.run('web', [SIDECAR, `${IMAGE}:stable`]);
    rig.clock.advance(MINUTE);
    const second = await push(rig, 'second', 'v2');
    expect(world.names(calls)).toEqual([
      'ECR:DescribeImages',
      'ECR:BatchGetImage',
      'ECR:PutImage',
      'ECS:DescribeServices',
      'ECS:DescribeTaskDefinition',
      'ECS:UpdateService',
    ]);
    expect(world.inputs('ECS:UpdateService')).toEqual([
      { cluster: 'prod', service: 'web', forceNewDeployment: true },
    ]);
    expect(rig.entry('deployment-started')).toMatchObject({
      outcome: 'acted',
      calls: ['ECS:UpdateService'],
      facts: { service: 'prod/web', digest: second },
    });
    expect(rig.entry('promoted')?.calls).toEqual(['ECR:PutImage']);
    expect(await rig.record()).not.toHaveProperty('deploying');
  });

  it.each([
    ['the digest', `${IMAGE}@sha256:${'1'.repeat(64)}`, 'pinned-by-digest'],
    ['another tag', `${IMAGE}:latest`, 'tag-not-used-by-service'],
    ['a tag of the same name elsewhere', 'web:stable', 'tag-not-used-by-service'],
    ['another repository', `${IMAGE}/admin:stable`, 'tag-not-used-by-service'],
  ])('a service with %s is not deployed, and that is said', async (_, image, reason) => {
    const { rig, world } = await settled({ rules });
    world.services.run('web', [image]);
    await push(rig, 'second', 'v2');
    expect(world.inputs('ECS:UpdateService')).toEqual([]);
    expect(rig.entry(reason)).toMatchObject({ outcome: 'refused', weight: 'notable' });
    expect(await rig.record()).not.toHaveProperty('deploying');
  });

  it('`*` deploys all services of the cluster that use the tag, page by page, and says nothing of others', async () => {
    const all = [aRule({ deploy: [{ cluster, service: '*' }] })];
    const { rig, world } = await settled({ rules: all });
    for (let n = 0; n < 23; n += 1) world.services.run(`s${n}`, [n % 2 === 0 ? `${IMAGE}:stable` : SIDECAR]);
    rig.clock.advance(MINUTE);
    await push(rig, 'second', 'v2');
    expect(world.inputs('ECS:UpdateService')).toHaveLength(12);
    expect(world.inputs('ECS:ListServices')).toHaveLength(3);
    expect(world.inputs('ECS:DescribeServices')).toHaveLength(3);
    expect(rig.reasons()).not.toContain('tag-not-used-by-service');
  });

  it('a deployment in progress is waited for', async () => {
    const { rig, world } = await settled({ rules });
    const service = world.services.run('web', [`${IMAGE}:stable`]);
    const [deployment] = service.deployments ?? [];
    service.deployments = [{ ...deployment, rolloutState: 'IN_PROGRESS' }];
    rig.clock.advance(MINUTE);
    await push(rig, 'second', 'v2');
    expect(world.inputs('ECS:UpdateService')).toEqual([]);
    await rig.tick();
    service.deployments = [{ ...deployment, rolloutState: 'COMPLETED' }];
    await rig.tick();
    expect(world.inputs('ECS:UpdateService')).toHaveLength(1);
    await rig.tick();
    await rig.tick();
    expect(world.inputs('ECS:UpdateService')).toHaveLength(1);
  });

  it('a deployment that does not end is given up after an hour, with a remedy', async () => {
    const { rig, world } = await settled({ rules });
    const service = world.services.run('web', [`${IMAGE}:stable`]);
    service.deployments = (service.deployments ?? []).map((one) => ({ ...one, rolloutState: 'IN_PROGRESS' }));
    rig.clock.advance(MINUTE);
    await push(rig, 'second', 'v2');
    for (let minute = 0; minute <= 61; minute += 1) await rig.tick();
    expect(
      rig.journal.entries.filter(({ reason }) => reason === 'service-not-deployable').at(-1),
    ).toMatchObject({
      outcome: 'refused',
      weight: 'notable',
    });
    expect(await rig.record()).not.toHaveProperty('deploying');
  });

  it.each([
    ['CODE_DEPLOY', { deploymentController: { type: 'CODE_DEPLOY' as const } }],
    ['BLUE_GREEN', { deploymentConfiguration: { strategy: 'BLUE_GREEN' as const } }],
  ])('a service that is deployed by %s is left to it', async (kind, changes) => {
    const { rig, world } = await settled({ rules });
    world.services.run('web', [`${IMAGE}:stable`], changes);
    await push(rig, 'second', 'v2');
    expect(world.inputs('ECS:UpdateService')).toEqual([]);
    expect(rig.entry('service-not-deployable')?.sentence).toContain(kind);
  });

  it('a deployment that somebody began since counts', async () => {
    const { rig, world } = await settled({ rules });
    world.services.run('web', [`${IMAGE}:stable`]);
    rig.clock.advance(MINUTE);
    world.fail('ECS:DescribeServices', throttled());
    await push(rig, 'second', 'v2');
    rig.clock.advance(MINUTE);
    world.services.run('web', [`${IMAGE}:stable`]);
    await rig.tick();
    expect(world.inputs('ECS:UpdateService')).toEqual([]);
    expect(rig.entry('deployment-started')).toMatchObject({ outcome: 'done' });
  });

  it('a tag that others have moved meanwhile is theirs to deploy', async () => {
    const { rig, world, first } = await settled({ rules });
    world.services.run('web', [`${IMAGE}:stable`]);
    rig.clock.advance(MINUTE);
    world.fail('ECS:UpdateService', throttled());
    await push(rig, 'second', 'v2');
    world.give('web', 'stable', first);
    await rig.tick();
    expect(world.inputs('ECS:UpdateService')).toHaveLength(1);
    expect(await rig.record()).not.toHaveProperty('deploying');
  });

  it('what ECS denies is journalled, thrown, and not tried again', async () => {
    const { rig, world } = await settled({ rules });
    world.services.run('web', [`${IMAGE}:stable`]);
    rig.clock.advance(MINUTE);
    world.fail('ECS:UpdateService', denied('ecs:UpdateService'));
    await expect(push(rig, 'second', 'v2')).rejects.toThrow('ecs:UpdateService');
    expect(rig.entry('access-denied')).toMatchObject({ outcome: 'failed' });
    await rig.tick();
    expect(world.inputs('ECS:UpdateService')).toHaveLength(1);
    expect((await rig.record())?.current?.digest).toBe(world.repository('web').tagged('stable'));
  });

  it('what ECS throttles is tried again by the tick', async () => {
    const { rig, world } = await settled({ rules });
    world.services.run('web', [`${IMAGE}:stable`]);
    rig.clock.advance(MINUTE);
    world.fail('ECS:UpdateService', awsError('ThrottlingException', 'Rate exceeded'));
    await push(rig, 'second', 'v2');
    await rig.tick();
    expect(world.inputs('ECS:UpdateService')).toHaveLength(2);
    expect(rig.entry('deployment-started')).toMatchObject({ outcome: 'acted' });
  });

  it('a tag that was put back is no reason to deploy', async () => {
    const { rig, world, first } = await settled({ rules });
    world.services.run('web', [`${IMAGE}:stable`]);
    world.repository('web').images.get(first)?.tags.delete('stable');
    await rig.send(rig.pushed(first, 'stable', { 'action-type': 'DELETE' }));
    expect(rig.puts()).toBe(1);
    expect(world.inputs('ECS:UpdateService')).toEqual([]);
  });
});
