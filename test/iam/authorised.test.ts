import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { deployPolicy } from '../../simulator/deployment.ts';
import { createWorld } from '../../simulator/world.ts';
import { clientsOf } from '../simulator/worlds.ts';
import { denial, judge } from './authorise.ts';
import { unknownThings, usual } from './request.ts';
import { deployed, deployedStatement, roleOf } from './roles.ts';
import { createWitness } from './witness.ts';

const policyOf = (text: string) => {
  const loaded = parsePolicy(text, 'policy.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.policy;
};
const scaling = policyOf(`version: 1
scaling:
  services: { prod/web: { min: 1, max: 9, schedules: { soon: { cron: '2 14 * * *', timeZone: UTC, desired: 4 } } } }
`);
const arn = (resource: string) => `arn:aws:ecs:eu-west-1:111122223333:${resource}`;
const allowing = (action: string, ...resources: string[]) =>
  roleOf('ScaleRole', [{ Sid: 'One', Effect: 'Allow', Action: [action], Resource: resources }]);
const here = { ...usual, ...unknownThings };

async function verdictOf(role: ReturnType<typeof roleOf>, service: string, operation: string, input: object) {
  const witness = createWitness();
  witness.heard(role, { service, operation, input }, here);
  return judge(witness.take());
}

describe('a call in a simulated world', () => {
  it('is judged by the role of its function, in the account and Region of the world', async () => {
    const world = createWorld({ region: 'ap-south-1', account: '444455556666' });
    world.addCluster('prod');
    world.addGroup({ name: 'hosts', cluster: 'prod', instances: 1 });
    world.ecs.addService({ cluster: 'prod', name: 'web', desired: 1 });
    const witness = createWitness();
    deployPolicy(world, scaling);

    await world.runFor(5 * MINUTE);
    const judged = await judge(witness.take());

    const asked = judged.map(({ role, request }) => `${role.name} ${request?.action} ${request?.resource}`);
    expect(asked).toContain(
      'ScaleRole ecs:DescribeServices arn:aws:ecs:ap-south-1:444455556666:service/prod/web',
    );
    expect(judged.map(({ verdict }) => verdict.kind)).not.toContain('denied');
  });

  it('does not count if the test makes it, or a function of the same name that the test deploys', async () => {
    const world = createWorld();
    world.addCluster('other');
    const witness = createWitness();
    deployPolicy(world, scaling);
    const { ecs } = clientsOf(world);

    await ecs.describeServices({ cluster: 'other', services: ['web'] });
    world.deploy({ name: 'scale', handler: () => ecs.listServices({ cluster: 'other' }) })({});
    await world.runFor(MINUTE);

    const asked = witness.take().map(({ operation }) => operation);
    expect(asked).toContain('ApplicationAutoScaling:DescribeScalableTargets');
    expect(asked.filter((operation) => operation.startsWith('ECS:'))).toEqual([]);
    expect(world.recording.countOf('ECS:ListServices')).toBe(1);
  });
});

describe('a call that the role denies', () => {
  it('is told with the role, the action, the resource and the missing statement', async () => {
    const role = allowing('ecs:UpdateService', arn('service/prod/api'));

    const [judged] = await verdictOf(role, 'ECS', 'UpdateService', { cluster: 'prod', service: 'web' });

    expect(judged && denial(judged)).toContain(
      'ScaleRole may not ecs:UpdateService: AWS would deny ECS:UpdateService.',
    );
    expect(judged && denial(judged)).toContain(
      `missing: {"Effect":"Allow","Action":["ecs:UpdateService"],"Resource":["${arn('service/prod/web')}"]}`,
    );
  });

  it('is one that names all of a kind where the role has some', async () => {
    const repository = (name: string) => `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`;
    const some = allowing('ecr:DescribeRepositories', repository('shop'));
    const all = allowing('ecr:DescribeRepositories', repository('*'));

    expect((await verdictOf(some, 'ECR', 'DescribeRepositories', {}))[0]?.verdict.kind).toBe('denied');
    expect((await verdictOf(all, 'ECR', 'DescribeRepositories', {}))[0]?.verdict.kind).toBe('allowed');
  });

  it('is one that is not known here, so that no call goes by unseen', async () => {
    const [judged] = await verdictOf(allowing('ecs:*', '*'), 'ECS', 'DeleteCluster', { cluster: 'prod' });

    expect(judged?.verdict.kind).toBe('invalid');
    expect(judged && denial(judged)).toContain('test/iam does not know what ECS:DeleteCluster asks of IAM');
  });
});

describe('what a template has', () => {
  it('is deployed with the values of its intrinsic functions', () => {
    const names = {
      Table: 'stevedore',
      'Table.Arn': 'arn:aws:dynamodb:eu-west-1:111122223333:table/stevedore',
    };
    const index = { 'Fn::Sub': `\${Table.Arn}/index/due` };

    expect(deployed([{ Ref: 'Table' }, { 'Fn::GetAtt': ['Table', 'Arn'] }, index], usual, names)).toEqual([
      'stevedore',
      names['Table.Arn'],
      `${names['Table.Arn']}/index/due`,
    ]);
  });

  it('is refused where it is not known what it comes to', () => {
    const statement = { Effect: 'Allow', Action: 'ecs:ListTasks', Resource: '*' };

    expect(() => deployed({ 'Fn::Join': ['', []] }, usual)).toThrow(/does not know Fn::Join/);
    expect(() => deployed({ Ref: 'Other' }, usual)).toThrow(/does not know \$\{Other\}/);
    expect(() => deployedStatement({ ...statement, NotAction: 'ecs:*' } as typeof statement, usual)).toThrow(
      /does not know NotAction/,
    );
  });
});
