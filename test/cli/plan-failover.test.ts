import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { inWords } from '../../lib/failover/strategy.ts';
import { deployStevedore } from '../../simulator/deployment.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import { ON_DEMAND, SPOT } from '../simulator/fargate-world.ts';
import { account } from './planning.ts';

const WEB = 'services: { prod/web: {} }';
const READS = /^(ECS:(Describe|List)|EC2:DescribeSubnets$|ECR:BatchGetImage$)/;
const onInstances = { capacityProviderStrategy: [] as const };

describe('stevedore plan of a service', () => {
  it('says which strategy a shortage of Spot would give it, and changes nothing', async () => {
    const { world, addService, checks } = account();
    addService();

    const result = await checks(WEB);

    expect(result).toEqual({
      code: 0,
      checks: [
        {
          section: 'failover.services',
          subject: 'prod/web',
          verdict: 'ready',
          reason: 'failed-over',
          sentence: 'web goes from FARGATE_SPOT 1 to FARGATE_SPOT 0, FARGATE 100.',
          change: { from: 'FARGATE_SPOT 1', to: 'FARGATE_SPOT 0, FARGATE 100' },
          remarks: [],
        },
      ],
    });
    const called = [...world.recording.callCounts.keys()];
    expect(called.length).toBeGreaterThan(2);
    expect(called.filter((call) => !READS.test(call))).toEqual([]);
  });

  it('goes by the share of the policy', async () => {
    const { addService, checks } = account();
    addService();

    const { checks: found } = await checks('services: { prod/web: { onDemand: { share: 40% } } }');

    expect(found).toMatchObject([{ change: { to: 'FARGATE_SPOT 60, FARGATE 40' } }]);
  });

  it.each<[string, Partial<ServiceSpec>, string, RegExp]>([
    [
      'has a launch type',
      { ...onInstances, launchType: 'FARGATE' },
      'not-by-capacity-provider',
      /has launch type FARGATE .* Give it one/,
    ],
    [
      'is a daemon',
      { ...onInstances, launchType: 'EC2', strategy: 'DAEMON' },
      'daemon-service',
      /Take it out of the failover policy/,
    ],
    ['CodeDeploy deploys', { controller: 'CODE_DEPLOY' }, 'controller-not-ecs', /CODE_DEPLOY.* as paired/],
    ['something else deploys', { controller: 'EXTERNAL' }, 'controller-not-ecs', /EXTERNAL.* as paired/],
    ['is not on Spot', { capacityProviderStrategy: ON_DEMAND }, 'not-on-spot', /uses no FARGATE_SPOT/],
    [
      'runs Windows',
      { operatingSystem: 'WINDOWS_SERVER_2022_CORE' },
      'platform-not-supported',
      /WINDOWS_SERVER_2022_CORE, for which there is no Fargate Spot/,
    ],
    [
      'has an old platform version for its architecture',
      { architecture: 'ARM64', platformVersion: '1.3.0' },
      'platform-not-supported',
      /ARM64 with platform version 1\.3\.0.* update the platform version/,
    ],
    [
      'has percentages between which no task can move',
      { minimumHealthyPercent: 100, maximumPercent: 100 },
      'percentages-block',
      /Raise maximumPercent to 125/,
    ],
    [
      'names its image by a tag that nobody can be asked about',
      { image: 'nginx:1.27' },
      'image-unverifiable',
      /docker\.io is not a private ECR registry.* Name it by digest/,
    ],
  ])('refuses one that %s, with the remedy', async (_, spec, reason, sentence) => {
    const { addService, checks } = account();
    addService(spec);

    const result = await checks(WEB);

    expect(result).toMatchObject({ code: 3, checks: [{ verdict: 'refused', reason, change: null }] });
    expect(result.checks[0]?.sentence).toMatch(sentence);
  });

  it('refuses one whose cluster lacks a Fargate provider', async () => {
    const { ecs, addService, checks } = account();
    addService();
    await ecs.putClusterCapacityProviders({
      cluster: 'prod',
      capacityProviders: ['FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [],
    });

    const result = await checks(WEB);

    expect(result).toMatchObject({
      code: 3,
      checks: [
        {
          reason: 'provider-not-associated',
          sentence: expect.stringMatching(/has no FARGATE\. Add it .* beside those it has \(FARGATE_SPOT\)/),
        },
      ],
    });
  });

  it.each<[string, string]>([
    ['is missing', 'services: { prod/web: {} }'],
    ['is missing, with a pair', 'services: { prod/web: { paired: web-od } }'],
    ['is in a cluster that is missing', 'services: { elsewhere/web: {} }'],
  ])('refuses one that %s', async (_, yaml) => {
    const { checks } = account();

    const result = await checks(yaml);

    expect(result).toMatchObject({
      code: 3,
      checks: [
        {
          verdict: 'refused',
          reason: 'service-gone',
          sentence: 'web does not exist. Correct its name in the policy file, or take it out.',
        },
      ],
    });
  });

  it('has nothing to do for one of which no task is desired', async () => {
    const { addService, checks } = account();
    addService({ desired: 0 });

    const result = await checks(WEB);

    expect(result).toMatchObject({ code: 0, checks: [{ verdict: 'idle', reason: 'service-gone' }] });
  });

  it('sees past a deployment that is on its way, and says that it would be waited for', async () => {
    const { addService, checks } = account();
    const service = addService({ running: false });

    const result = await checks(WEB);

    expect(result).toMatchObject({ code: 0, checks: [{ verdict: 'ready' }] });
    expect(result.checks[0]?.remarks).toEqual([
      `Deployment ${service.deployments[0].id} is on its way now and would be waited for.`,
    ]);
  });
});

describe('stevedore plan of images', () => {
  const tagged = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:v1';

  function withMovedTag() {
    const made = account();
    made.world.ecr.addRepository({ name: 'shop/web' });
    made.world.ecr.push('shop/web', { tag: 'v1' });
    made.addService({ image: tagged });
    return { ...made, move: () => made.world.ecr.push('shop/web', { tag: 'v1' }) };
  }

  it('lets a tag pass that points at what runs', async () => {
    const made = withMovedTag();

    expect(await made.checks(WEB)).toMatchObject({ code: 0, checks: [{ verdict: 'ready' }] });
  });

  it('refuses a tag that has moved since', async () => {
    const made = withMovedTag();
    made.move();

    const result = await made.checks(WEB);

    expect(result).toMatchObject({ code: 3, checks: [{ reason: 'image-differs' }] });
  });

  it('says which digests would be pinned where the policy has it so', async () => {
    const made = withMovedTag();
    made.move();

    const result = await made.checks('services: { prod/web: { image: pin } }');

    expect(result).toMatchObject({
      code: 0,
      checks: [{ verdict: 'ready', remarks: [expect.stringMatching(/web to sha256:[0-9a-f]{64}/)] }],
    });
  });
});

describe('stevedore plan of a paired service', () => {
  const PAIRED = 'services: { prod/web: { paired: web-od } }';

  it('says how many tasks its pair may get', async () => {
    const { addService, checks } = account();
    addService({ controller: 'CODE_DEPLOY' });
    addService({ name: 'web-od', desired: 0, capacityProviderStrategy: ON_DEMAND });

    expect(await checks(PAIRED)).toMatchObject({
      code: 0,
      checks: [
        {
          verdict: 'ready',
          reason: 'paired-count-set',
          sentence: 'web stays as it is, and web-od gets as many tasks as are missing, up to 4.',
          remarks: [],
        },
      ],
    });
  });

  it('is content with a pair that has as many tasks already', async () => {
    const { addService, checks } = account();
    addService({ controller: 'CODE_DEPLOY' });
    addService({ name: 'web-od', desired: 4, capacityProviderStrategy: ON_DEMAND });

    expect(await checks(PAIRED)).toMatchObject({
      code: 0,
      checks: [{ verdict: 'ready', sentence: expect.stringMatching(/web-od has 4 already/) }],
    });
  });

  it('refuses one whose pair does not exist', async () => {
    const { addService, checks } = account();
    addService({ controller: 'CODE_DEPLOY' });

    expect(await checks(PAIRED)).toMatchObject({
      code: 3,
      checks: [
        { reason: 'paired-missing', sentence: expect.stringMatching(/no active service web-od.* Create it/) },
      ],
    });
  });

  it('says when the limit of vCPUs leaves room for fewer', async () => {
    const { addService, checks } = account();
    addService({ controller: 'CODE_DEPLOY', cpu: 1024 });
    addService({ name: 'web-od', desired: 0, capacityProviderStrategy: ON_DEMAND });

    const { checks: found } = await checks(`${PAIRED}\nlimits: { onDemandVcpus: 3 }`);

    expect(found).toMatchObject([
      {
        sentence: expect.stringMatching(/up to 3\.$/),
        remarks: [expect.stringMatching(/room for 3 of its 4/)],
      },
    ]);
  });
});

describe('stevedore plan of several services', () => {
  it('divides the on-demand vCPUs among all in the order of the policy, as one shortage of all would', async () => {
    const { addService, checks } = account();
    for (const name of ['web', 'api', 'jobs']) addService({ name, cpu: 1024 });

    const result = await checks(
      'services: { prod/web: {}, prod/api: {}, prod/jobs: {} }\nlimits: { onDemandVcpus: 6 }',
    );

    expect(result).toMatchObject({
      code: 3,
      checks: [
        { subject: 'prod/web', verdict: 'ready', remarks: [] },
        { subject: 'prod/api', verdict: 'ready', remarks: [expect.stringMatching(/onDemandVcpus 6/)] },
        { subject: 'prod/jobs', verdict: 'refused', reason: 'on-demand-quota' },
      ],
    });
  });

  it('does not take the rate limit for an obstacle: what it holds goes a minute later', async () => {
    const { addService, checks } = account();
    for (const name of ['web', 'api']) addService({ name });

    const result = await checks('services: { prod/web: {}, prod/api: {} }\nlimits: { tasksPerMinute: 4 }');

    expect(result).toMatchObject({ code: 0, checks: [{ reason: 'failed-over' }, { reason: 'failed-over' }] });
  });
});

describe('stevedore plan and the function', () => {
  it.each<[string, string]>([
    ['on Spot only', WEB],
    ['with a share', 'services: { prod/web: { onDemand: { share: 40% } } }'],
  ])('agree on the strategy of a service %s', async (_, yaml) => {
    const { world, addService, checks, plan, ecs, events } = account();
    addService({ capacityProviderStrategy: [...SPOT, { capacityProvider: 'FARGATE', base: 2, weight: 1 }] });
    const { checks: planned } = await checks(yaml);

    deployStevedore(world, plan(`mode: act\n${yaml}`));
    const order = { verb: 'fail-over', cluster: 'prod', service: 'web', by: 'jo' };
    world.after(2 * MINUTE, () =>
      events.putEvents({
        Entries: [
          {
            Source: 'stevedore.operator',
            DetailType: 'Stevedore Failover Order',
            Detail: JSON.stringify(order),
          },
        ],
      }),
    );
    await world.runFor(3 * MINUTE);

    const { services: [service] = [] } = await ecs.describeServices({ cluster: 'prod', services: ['web'] });
    const strategy = (service?.capacityProviderStrategy ?? []).map(
      ({ capacityProvider = '', base = 0, weight = 0 }) => ({ provider: capacityProvider, base, weight }),
    );
    expect(planned).toMatchObject([{ change: { to: inWords(strategy) } }]);
  });
});
