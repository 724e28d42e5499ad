import { describe, expect, it } from 'vitest';
import { serviceName } from '../../lib/ids.ts';
import { throttled } from '../functions/calls.ts';
import { servicePolicy } from './policies.ts';
import { createFailoverRig, placementFailure, UPDATE } from './rig.ts';
import { SPOT_ONLY } from './shapes.ts';

const paired = servicePolicy('web', { paired: serviceName('web-on-demand') });

/** Deployed by CodeDeploy, with 3 of 8 tasks running; its pair has none. */
async function short() {
  const rig = createFailoverRig({ services: [paired] });
  const web = rig.world.addService('web', 8, {
    deploymentController: { type: 'CODE_DEPLOY' },
    deployments: [],
  });
  const pair = rig.world.addService('web-on-demand', 0, {
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
  });
  await rig.tick(0);
  web.runningCount = 3;
  return { rig, web, pair };
}

describe('failover edge 22: a service that cannot be flipped', () => {
  it('has its pair run what is missing, and nothing else of it changed', async () => {
    const { rig, web } = await short();

    await rig.send(placementFailure(rig));

    expect(rig.world.inputs(UPDATE)).toEqual([
      { cluster: 'prod', service: 'web-on-demand', desiredCount: 5 },
    ]);
    expect(web.capacityProviderStrategy).toEqual(SPOT_ONLY);
    expect(rig.entry('paired-count-set')).toMatchObject({ calls: [UPDATE] });
  });

  it('is read together with its pair, in one call', async () => {
    const { rig } = await short();
    const before = rig.world.calls.length;

    await rig.tick();

    expect(rig.world.names(before)).toEqual(['ECS:DescribeServices']);
    expect(rig.world.inputs('ECS:DescribeServices').at(-1)?.services).toEqual(['web', 'web-on-demand']);
  });

  it('has the same count set by the next tick if ECS throttled the first', async () => {
    const { rig, pair } = await short();
    rig.world.fail(UPDATE, throttled());

    await rig.send(placementFailure(rig));
    expect(pair.desiredCount).toBe(0);
    await rig.tick();

    expect(rig.world.inputs(UPDATE).map(({ desiredCount }) => desiredCount)).toEqual([5, 5]);
    expect(pair.desiredCount).toBe(5);
  });

  it('failover edge 17: gives its pair up again once it has run whole for the soak', async () => {
    const { rig, web, pair } = await short();
    await rig.send(placementFailure(rig));
    pair.runningCount = 5;
    web.runningCount = 8;

    for (let minute = 0; minute < 4; minute += 1) await rig.tick();

    expect(rig.world.inputs(UPDATE).map(({ desiredCount }) => desiredCount)).toEqual([5, 0]);
    expect(await rig.record()).toMatchObject({ phase: { name: 'closed' } });
  });
});
