import { describe, expect, it } from 'vitest';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { compiled } from './scaling-files.ts';

/** The section with one repository `shop/api` and these promotions, and further lines of the section. */
const retagging = (promotions: string, ...lines: readonly string[]) =>
  compiled(
    `version: 1\nretagging:\n${lines.map((line) => `  ${line}\n`).join('')}  repositories: { shop/api: { promotions: { ${promotions} } } }\n`,
  );
const staging = "staging: { from: 'main-*', to: [staging] }";
/** `staging` with more in its body. */
const having = (body: string, ...lines: readonly string[]) =>
  retagging(`staging: { from: 'main-*', to: [staging], ${body} }`, ...lines);
const copying = (to: string, ...lines: readonly string[]) =>
  retagging(`staging: { from: 'main-*', to: ${to} }`, ...lines);

const rule = ({ runtime }: CompiledPolicy) => runtime.retagging.rules[0];
const statement = ({ statements }: CompiledPolicy, sid: string) =>
  statements.retag.find(({ Sid }) => Sid === sid);
const actions = ({ statements }: CompiledPolicy) => statements.retag.flatMap(({ Action }) => Action);
const pattern = ({ rules }: CompiledPolicy, id: string) => rules.find((one) => one.id === id)?.pattern;
const ruleIds = ({ rules }: CompiledPolicy) => rules.map(({ id }) => id);
const ecs = (resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});
const ecr = (repository: string, region = `\${AWS::Region}`) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ecr:${region}:\${AWS::AccountId}:repository/${repository}`,
});

describe('the JSON for the function', () => {
  it('has a rule with every default filled in and every duration in milliseconds', () => {
    expect(retagging(staging).runtime.retagging).toEqual({
      mode: 'act',
      reconcileEveryMs: 300_000,
      rules: [
        {
          id: 'shop/api/staging',
          repository: 'shop/api',
          source: { kind: 'glob', pattern: 'main-*' },
          destination: { repository: 'shop/api', region: null, tags: ['staging'] },
          triggers: { push: true, scan: false, deployment: false, schedule: null },
          gates: { scan: null, minAgeMs: 0, running: null, signature: false, approval: false },
          order: 'pushed-last',
          allowOlder: false,
          deploy: [],
        },
      ],
    });
  });

  it('has everything that can be said', () => {
    const { runtime } = compiled(`version: 1
retagging:
  mode: observe
  reconcileEvery: 15m
  repositories:
    shop/api:
      promotions:
        production:
          from: { semver: '>=1.0.0' }
          to: { repository: shop/api-prod, region: eu-central-1, tags: [production, latest] }
          on: [push, scan, deployment]
          schedule: { cron: '0 9 * * MON-FRI', timeZone: Europe/Berlin }
          order: highest-version
          allowOlder: true
          gates:
            scan: { critical: 0, high: 5, undefined: 9, withoutResult: allow }
            minAge: 24h
            running: { service: prod/api-staging, for: 30m }
            signature: true
            approval: true
          deploy: [prod/api, batch/*]
`);

    expect(runtime.retagging).toEqual({
      mode: 'observe',
      reconcileEveryMs: 900_000,
      rules: [
        {
          id: 'shop/api/production',
          repository: 'shop/api',
          source: { kind: 'semver', range: '>=1.0.0' },
          destination: {
            repository: 'shop/api-prod',
            region: 'eu-central-1',
            tags: ['production', 'latest'],
          },
          triggers: {
            push: true,
            scan: true,
            deployment: true,
            schedule: { cron: '0 9 * * MON-FRI', timeZone: 'Europe/Berlin' },
          },
          gates: {
            scan: {
              most: { critical: 0, high: 5, medium: null, low: null, informational: null, undefined: 9 },
              withoutResult: 'allow',
            },
            minAgeMs: 86_400_000,
            running: { cluster: 'prod', service: 'api-staging', forMs: 1_800_000 },
            signature: true,
            approval: true,
          },
          order: 'highest-version',
          allowOlder: true,
          deploy: [
            { cluster: 'prod', service: 'api' },
            { cluster: 'batch', service: '*' },
          ],
        },
      ],
    });
  });

  it('takes a source without an asterisk for a tag', () => {
    expect(rule(retagging('a: { from: staging, to: [production] }'))?.source).toEqual({
      kind: 'exact',
      tag: 'staging',
    });
  });

  it('has no trigger of an empty list, and a schedule in the time of UTC unless it says otherwise', () => {
    expect(rule(having("on: [], schedule: { cron: '0 9 * * *' }"))?.triggers).toEqual({
      push: false,
      scan: false,
      deployment: false,
      schedule: { cron: '0 9 * * *', timeZone: 'UTC' },
    });
  });

  it('tells promotions of the same name in two repositories apart', () => {
    const text = `version: 1
retagging:
  repositories:
    shop/api: { promotions: { prod: { from: x, to: [y] } } }
    shop/web: { promotions: { prod: { from: x, to: [y] } } }
`;
    expect(compiled(text).runtime.retagging.rules.map(({ id }) => id)).toEqual([
      'shop/api/prod',
      'shop/web/prod',
    ]);
  });
});

describe('the rules', () => {
  it('wake the retag function for what the policy has a use for', () => {
    expect(retagging(staging).rules.map(({ id, function: called }) => [id, called])).toEqual([
      ['ecr-image-action', 'retag'],
      ['retag-order', 'retag'],
    ]);
    expect(ruleIds(having('on: [scan], gates: { scan: { critical: 0 } }'))).toEqual([
      'ecr-image-action',
      'ecr-image-scan',
      'inspector-scan',
      'retag-order',
    ]);
    expect(ruleIds(having('gates: { running: { service: prod/api } }'))).toContain('gate-deployment');
  });

  it('for images name source and destination, and their tags', () => {
    const both = retagging(
      `${staging}, prod: { from: staging, to: { repository: shop/api-prod, tags: [production] } }`,
    );

    expect(pattern(both, 'ecr-image-action')).toMatchObject({
      detail: {
        'repository-name': ['shop/api', 'shop/api-prod'],
        'image-tag': [{ prefix: 'main-' }, 'staging', 'production'],
      },
    });
  });

  it('for images leave out what is in another Region, of which no events come', () => {
    const far = copying('{ repository: shop/far, region: eu-central-1, tags: [far] }');

    expect(pattern(far, 'ecr-image-action')).toMatchObject({
      detail: { 'repository-name': ['shop/api'], 'image-tag': [{ prefix: 'main-' }] },
    });
  });

  it('for images let all tags through where one source is a range of versions', () => {
    const versions = retagging(`${staging}, prod: { from: { semver: '*' }, to: [production] }`);

    expect(pattern(versions, 'ecr-image-action')).not.toHaveProperty('detail.image-tag');
  });

  it('retagging edge 2: for images let through pushes without a tag only where signatures count', () => {
    const tags = (policy: CompiledPolicy) => JSON.stringify(pattern(policy, 'ecr-image-action'));

    expect(tags(having('gates: { signature: true }'))).toContain(
      '"image-tag":[{"prefix":"main-"},"staging",{"exists":false},{"prefix":"sha256-"}]',
    );
    expect(tags(retagging(staging))).not.toContain('exists');
  });

  it('for scans and deployments name only the repositories and services whose promotions go by them', () => {
    const mixed = compiled(`version: 1
retagging:
  repositories:
    shop/api: { promotions: { a: { from: x, to: [y], gates: { scan: { critical: 0 } } } } }
    shop/web: { promotions: { a: { from: x, to: [y], gates: { running: { service: prod/web-staging } } } } }
`);

    expect(pattern(mixed, 'ecr-image-scan')).toMatchObject({ detail: { 'repository-name': ['shop/api'] } });
    expect(pattern(mixed, 'inspector-scan')).toMatchObject({
      detail: { 'repository-name': [{ suffix: ':repository/shop/api' }] },
    });
    expect(pattern(mixed, 'gate-deployment')).toMatchObject({
      resources: [{ suffix: ':service/prod/web-staging' }],
      detail: { eventName: ['SERVICE_DEPLOYMENT_COMPLETED'] },
    });
  });

  it('are none without the section', () => {
    const without = compiled('version: 1\nfailover: { services: { prod/web: {} } }\n');

    expect(without.functions).toEqual(['failover']);
    expect(without.rules.filter((one) => one.function === 'retag')).toEqual([]);
    expect(without.statements.retag).toEqual([]);
  });
});

describe('the permissions of retagging', () => {
  it('let only the destination be tagged, and images of both be read', () => {
    const prod = copying('{ repository: shop/api-prod, tags: [production] }');

    expect(statement(prod, 'EcrPutTags')).toEqual({
      Sid: 'EcrPutTags',
      Effect: 'Allow',
      Action: ['ecr:PutImage'],
      Resource: [ecr('shop/api-prod')],
    });
    expect(statement(prod, 'EcrReadImages')).toMatchObject({
      Action: ['ecr:DescribeImages', 'ecr:BatchGetImage'],
      Resource: [ecr('shop/api'), ecr('shop/api-prod')],
    });
  });

  it('let layers be read from the source and written to the destination, in its Region', () => {
    const far = copying('{ region: eu-central-1, tags: [staging] }');

    expect(statement(far, 'EcrReadLayers')).toMatchObject({
      Action: ['ecr:GetDownloadUrlForLayer'],
      Resource: [ecr('shop/api')],
    });
    expect(statement(far, 'EcrUploadLayers')).toMatchObject({
      Action: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:InitiateLayerUpload',
        'ecr:UploadLayerPart',
        'ecr:CompleteLayerUpload',
      ],
      Resource: [ecr('shop/api', 'eu-central-1')],
    });
    expect(statement(far, 'EcrPutTags')?.Resource).toEqual([ecr('shop/api', 'eu-central-1')]);
    expect(statement(far, 'EcrReadRepositories')?.Resource).toEqual([ecr('*', 'eu-central-1')]);
  });

  it('under mode observe are to read only', () => {
    const body =
      'gates: { scan: { critical: 0 }, running: { service: prod/a }, signature: true }, deploy: [prod/*]';
    const promotions = `staging: { from: 'main-*', to: { repository: shop/prod, tags: [staging] }, ${body.replace('prod/*', 'batch/*')} }`;
    // A preview of a lifecycle policy expires nothing.
    const isWrite = (action: string) =>
      !/^\w+:(Describe|List|BatchGet|GetLifecycle|StartLifecyclePolicyPreview)/.test(action);

    expect(actions(retagging(promotions, 'mode: observe')).filter(isWrite)).toEqual([]);
    expect(actions(retagging(promotions)).filter(isWrite)).toEqual([
      'ecr:GetDownloadUrlForLayer',
      'ecr:PutImage',
      'ecr:BatchCheckLayerAvailability',
      'ecr:InitiateLayerUpload',
      'ecr:UploadLayerPart',
      'ecr:CompleteLayerUpload',
      'ecs:UpdateService',
    ]);
  });

  const toProd = copying('{ repository: shop/prod, tags: [staging] }');
  const running = having('gates: { running: { service: prod/api-staging } }');
  const scanned = having('gates: { scan: { critical: 0 } }');
  it.each([
    ['ecr:GetDownloadUrlForLayer', toProd, retagging(staging)],
    ['ecr:UploadLayerPart', toProd, retagging(staging)],
    ['ecr:ListImageReferrers', toProd, retagging(staging)],
    ['ecr:ListImageReferrers', having('gates: { signature: true }'), retagging(staging)],
    ['ecr:DescribeImageScanFindings', scanned, retagging(staging)],
    ['inspector2:ListFindings', scanned, retagging(staging)],
    ['ecr:StartLifecyclePolicyPreview', retagging(staging), copying('{ region: eu-central-1, tags: [x] }')],
    [
      'ecr:BatchGetImage',
      having('gates: { scan: {} }', 'mode: observe'),
      retagging(staging, 'mode: observe'),
    ],
    [
      'ecr:BatchGetImage',
      having('gates: { signature: true }', 'mode: observe'),
      retagging(staging, 'mode: observe'),
    ],
    ['ecs:DescribeServices', running, retagging(staging)],
    ['ecs:DescribeServiceRevisions', running, having('deploy: [prod/api]')],
    ['ecs:DescribeServiceDeployments', running, having('deploy: [prod/api]')],
    ['ecs:ListTasks', running, having('deploy: [prod/api]')],
    ['ecs:DescribeTasks', running, having('deploy: [prod/api]')],
    ['ecs:DescribeServices', having('deploy: [prod/api]'), having('deploy: [prod/api]', 'mode: observe')],
    ['ecs:DescribeTaskDefinition', having('deploy: [prod/api]'), running],
    ['ecs:ListServices', having('deploy: [prod/*]'), having('deploy: [prod/api]')],
    ['ecs:UpdateService', having('deploy: [prod/api]'), running],
  ])('include %s only where the policy can lead to it', (action, withIt, without) => {
    expect(actions(withIt)).toContain(action);
    expect(actions(without)).not.toContain(action);
  });

  it('retagging edge 18: let only the services be deployed that the policy names', () => {
    const deploying = having(
      'gates: { running: { service: prod/api-staging } }, deploy: [prod/api, batch/*]',
    );

    expect(statement(deploying, 'EcsDeployServices')?.Resource).toEqual([
      ecs('service/prod/api'),
      ecs('service/batch/*'),
    ]);
    expect(statement(deploying, 'EcsListServices')).toMatchObject({
      Resource: '*',
      Condition: { ArnEquals: { 'ecs:cluster': [ecs('cluster/batch')] } },
    });
    expect(statement(deploying, 'EcsListTasks')).toMatchObject({
      Resource: '*',
      Condition: { ArnEquals: { 'ecs:cluster': [ecs('cluster/prod')] } },
    });
    // AWS requires the service as well as what is described.
    expect(statement(deploying, 'EcsReadDeployments')?.Resource).toEqual([
      ecs('service/prod/api-staging'),
      ecs('service-deployment/prod/api-staging/*'),
      ecs('service-revision/prod/api-staging/*'),
    ]);
  });

  it('name a repository once, however many promotions it has', () => {
    const two = retagging(`${staging}, prod: { from: staging, to: [production] }`);

    expect(statement(two, 'EcrPutTags')?.Resource).toEqual([ecr('shop/api')]);
    expect(statement(two, 'EcrReadImages')?.Resource).toEqual([ecr('shop/api')]);
  });

  it('are enough for twenty-five repositories, and refused beyond what IAM or EventBridge accepts', () => {
    const many = (count: number) =>
      compiled(
        `version: 1\nretagging:\n  repositories:\n${Array.from({ length: count }, (_, at) => `    shop/worker-${at}: { promotions: { prod: { from: 'main-*', to: [production], gates: { scan: { critical: 0 } } } } }\n`).join('')}`,
      );

    expect(many(25).functions).toEqual(['retag']);
    expect(() => many(36)).toThrow(/The retag role's statements have \d+ characters.*Split/);
  });

  it('name the registry under scope: registry, so that any number of repositories fits', () => {
    const repositories = Array.from(
      { length: 200 },
      (_, at) =>
        `    shop/worker-${at}: { promotions: { prod: { from: 'main-*', to: [production], on: [push, scan], gates: { scan: { critical: 0 } } } } }\n`,
    );
    const policy = compiled(
      `version: 1\nretagging:\n  scope: registry\n  repositories:\n${repositories.join('')}`,
    );

    expect(policy.runtime.retagging.rules).toHaveLength(200);
    expect(statement(policy, 'EcrPutTags')?.Resource).toEqual([ecr('*')]);
    expect(pattern(policy, 'ecr-image-action')?.detail).toEqual({
      'action-type': ['PUSH', 'DELETE'],
      result: ['SUCCESS'],
      'repository-name': [{ exists: true }],
    });
    expect(pattern(policy, 'inspector-scan')?.detail).toEqual({ 'repository-name': [{ exists: true }] });
  });
});
