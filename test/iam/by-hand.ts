import { compilePolicy, type FunctionName } from '../../lib/policy/compile.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { arnOf, type Call, type Input, type Place, unknownThings, usual } from './request.ts';
import { deployedStatement, roleNames, roleOf } from './roles.ts';
import { farPolicy, pinning, running } from './stages.ts';
import type { OwnStatements, Witness } from './witness.ts';

/** A call that no simulated world leads to, with the input that the code named in `why` makes. */
export interface ByHand extends Call {
  readonly why: string;
  readonly by: FunctionName;
  readonly policy: string;
  /** Of what is called. */
  readonly place: Place;
}

const web = arnOf(usual, 'ecs', 'service-deployment/prod/web/1');

/** Enough for every operation of the copy: IAM sees the repository alone. */
const copied = { repositoryName: 'shop/worker', repositoryNames: ['shop/worker'] };

/** They prove what the roles allow, not that the functions call so. One that a world makes by now fails. */
export const byHand: readonly ByHand[] = [
  calls(
    'ECS',
    'failover',
    pinning.policy,
    "lib/failover/pin.ts: the simulator's task definitions have no roles and no tags",
    {
      RegisterTaskDefinition: {
        family: 'jobs',
        taskRoleArn: 'arn:aws:iam::111122223333:role/jobs',
        executionRoleArn: 'execution',
        tags: [{ key: 'team', value: 'shop' }],
      },
    },
  ),
  calls(
    'ECS',
    'failover',
    pinning.policy,
    'lib/failover/images.ts: only where a revision does not say its images',
    {
      ListTasks: { cluster: 'prod', serviceName: 'jobs' },
    },
  ),
  calls(
    'ECS',
    'retag',
    running.policy,
    'lib/retagging/running.ts: only where a revision does not say its images',
    {
      ListTasks: { cluster: 'prod', serviceName: 'web' },
      DescribeTasks: { cluster: 'prod', tasks: [arnOf(usual, 'ecs', 'task/prod/1')] },
    },
  ),
  calls(
    'ECS',
    'retag',
    running.policy,
    'lib/retagging/running.ts: the simulator names a deployment of a service only until it is done',
    {
      DescribeServiceDeployments: { serviceDeploymentArns: [web] },
    },
  ),
  calls(
    'ECR',
    'retag',
    farPolicy,
    'the simulator has one Region; lib/retagging copies to others',
    {
      DescribeRepositories: copied,
      DescribeImages: copied,
      BatchGetImage: copied,
      PutImage: copied,
      BatchCheckLayerAvailability: copied,
      InitiateLayerUpload: copied,
      UploadLayerPart: copied,
      CompleteLayerUpload: copied,
    },
    { ...usual, region: 'eu-central-1' },
  ),
].flat();

function calls(
  service: string,
  by: FunctionName,
  policy: string,
  why: string,
  inputs: Readonly<Record<string, Input>>,
  place = usual,
): readonly ByHand[] {
  return Object.entries(inputs).map(([operation, input]) => ({
    by,
    policy,
    why,
    service,
    operation,
    input,
    place,
  }));
}

/** Has the witness hear of it as if the function had called. */
export function playByHand(
  { by, policy, place, ...call }: ByHand,
  own: OwnStatements,
  witness: Witness,
): void {
  const loaded = parsePolicy(policy, 'policy.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const compiled = compilePolicy(loaded.policy).statements[by].map((one) => deployedStatement(one, usual));
  const role = roleOf(roleNames[by], [...compiled, ...own(by)]);
  witness.heard(role, call, { ...place, ...unknownThings });
}
