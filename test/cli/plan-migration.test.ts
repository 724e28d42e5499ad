import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import { ON_DEMAND } from '../simulator/fargate-world.ts';
import { account } from './planning.ts';

const YAML = 'migrations: { prod: { services: [web] } }';
const READS = /^ECS:(Describe|List)/;

/** A cluster of hosts without the Fargate providers. */
async function hosts() {
  const made = account();
  const { world, ecs } = made;
  world.addGroup({ name: 'hosts', cluster: 'prod', instances: 3, capacityProvider: 'hosts' });
  await ecs.putClusterCapacityProviders({
    cluster: 'prod',
    capacityProviders: ['hosts'],
    defaultCapacityProviderStrategy: [],
  });
  // Until AWS is through with that.
  await world.runFor(MINUTE);
  return {
    ...made,
    /** On EC2, with a task definition and a network that Fargate takes. */
    async addReady(spec: Partial<ServiceSpec> = {}) {
      const service = made.addService({ ...onInstances, launchType: 'EC2', ...spec });
      const [{ revision }] = service.deployments;
      Object.assign(revision, { network: { subnets: ['subnet-a'] } });
      const ready = { compatibilities: ['EC2', 'FARGATE'], networkMode: 'awsvpc', sizedAsTask: true };
      Object.assign(revision.definition, ready);
      return service;
    },
  };
}
const onInstances = { capacityProviderStrategy: [] as const };

describe('stevedore plan of a migration', () => {
  it('says where each service would go and which providers the cluster would get, and changes nothing', async () => {
    const { world, addReady, checks } = await hosts();
    await addReady();
    const before = new Map(world.recording.callCounts);

    const result = await checks(YAML);

    expect(result).toMatchObject({
      code: 3,
      checks: [
        {
          section: 'failover.migrations',
          subject: 'prod',
          verdict: 'pending',
          reason: 'providers-associated',
          sentence: expect.stringMatching(/gets FARGATE and FARGATE_SPOT beside hosts/),
          change: null,
        },
        {
          subject: 'prod/web',
          verdict: 'pending',
          reason: 'migration-step',
          change: { from: 'launch type EC2', to: expect.stringMatching(/^FARGATE/) },
        },
      ],
    });
    const called = [...world.recording.callCounts].filter(([call, count]) => before.get(call) !== count);
    expect(called.length).toBeGreaterThan(2);
    expect(called.filter(([call]) => !READS.test(call))).toEqual([]);
  });

  it('looks at every service, whatever it finds of those before', async () => {
    const { addService, addReady, checks } = await hosts();
    addService({ name: 'bridged', ...onInstances, launchType: 'EC2' });
    addService({ name: 'agent', ...onInstances, launchType: 'EC2', strategy: 'DAEMON' });
    await addReady();

    const { code, checks: found } = await checks(
      'migrations: { prod: { services: [bridged, agent, lost, web] } }',
    );

    expect(code).toBe(3);
    expect(found.map(({ subject, verdict, reason }) => [subject, verdict, reason])).toEqual([
      ['prod', 'pending', 'providers-associated'],
      ['prod/bridged', 'refused', 'not-fargate-compatible'],
      ['prod/agent', 'refused', 'daemon-service'],
      ['prod/lost', 'refused', 'service-gone'],
      ['prod/web', 'pending', 'migration-step'],
    ]);
  });

  it('refuses a task definition that Fargate does not run, once for all that is wrong with it', async () => {
    const { addReady, checks } = await hosts();
    const service = await addReady();
    Object.assign(service.deployments[0].revision.definition, {
      networkMode: 'bridge',
      compatibilities: ['EC2'],
    });

    const { code, checks: found } = await checks(YAML);

    expect(code).toBe(3);
    expect(found[1]?.sentence).toMatch(/networkMode is bridge.*lacks FARGATE.*Register a revision/);
  });

  it('has nothing to do for a service that is on Fargate, nor for its cluster', async () => {
    const { addService, checks } = account();
    addService({ capacityProviderStrategy: ON_DEMAND });

    expect(await checks(YAML)).toMatchObject({
      code: 0,
      checks: [
        { subject: 'prod/web', verdict: 'idle', sentence: expect.stringMatching(/on FARGATE 1 already/) },
      ],
    });
  });

  it('refuses a cluster that does not exist, and says nothing of its services', async () => {
    const { checks } = account();

    expect(await checks('migrations: { elsewhere: { services: [web] } }')).toMatchObject({
      code: 3,
      checks: [{ subject: 'elsewhere', verdict: 'refused', reason: 'migration-stopped' }],
    });
  });
});
