import { type EdgeCase, edgeCase as of } from './edge-cases-list.ts';

/** The numbers are those of the tests' names: `failover edge 7: …`. */
export const failoverEdgeCases: readonly EdgeCase[] = [
  of(1, 'FARGATE itself has no capacity, which is told by the same reason', 'ECS developer guide'),
  of(2, 'A task is not placed for a reason that is not capacity', 'ECS developer guide'),
  of(3, 'The event names no capacity provider, since the service has a launch type', 'not documented'),
  of(
    4,
    'What lasts is said once in six hours, and that event is lost',
    'ECS developer guide, service event messages',
  ),
  of(5, 'Events without a version come twice, late, or in another order', 'EventBridge user guide'),
  of(6, 'The warning and the end of one task both say that Spot takes it back', 'ECS developer guide'),
  of(7, 'The stop code of an interruption has changed its name', 'ECS developer guide, of 2023 and now'),
  of(
    8,
    'A service that is steady on FARGATE is taken for proof that Spot is back',
    'wheatstalk/fargate-spot-fallback',
  ),
  of(
    9,
    'Another strategy is refused unless a new deployment is forced',
    'kayac/ecspresso#977, pipe-cd/pipecd#6385',
  ),
  of(10, 'The flip ships another image, because a tag has moved', 'API reference, UpdateService'),
  of(
    11,
    'The deployment circuit breaker rolls back, and the Spot strategy comes back with it',
    'API reference, ServiceRevision',
  ),
  of(
    12,
    'The shortage fails a deployment of yours, which must be neither fought nor superseded',
    'containers-roadmap#1273',
  ),
  of(13, 'A deployment, bake or pause is in progress already', 'ECS developer guide'),
  of(
    14,
    'In the course of a flip, lost tasks come back in the old revision, on Spot; scaling grows both',
    "What's New, 2025-11, rolling deployments",
  ),
  of(15, 'The percentages let a deployment neither stop nor start a task', 'ECS developer guide'),
  of(16, 'The vCPU quota has no room for all tasks on demand', 'ECS developer guide'),
  of(
    17,
    'Costs: as many again run beside the service, or nobody ends it',
    'wheatstalk/fargate-spot-fallback',
  ),
  of(
    18,
    'The original strategy is lost, or somebody changes it meanwhile',
    'hendryanw/aws-cdk-ecs-fargate-spot-capacity-failback, terraform-provider-aws#22823',
  ),
  of(
    19,
    'Writing the list of capacity providers takes away what others add at the same time',
    'API reference, PutClusterCapacityProviders',
  ),
  of(20, 'The provider is not associated with the cluster', 'dask-cloudprovider#348'),
  of(
    21,
    'Spot can never run it: Windows, or a platform version that is too old',
    'ECS developer guide, Fargate capacity providers',
  ),
  of(22, 'CodeDeploy, an external controller, a daemon', 'API reference, UpdateService'),
  of(23, 'No task is desired, or the service is being deleted, gone or renamed', 'ECS API reference'),
  of(
    24,
    'An interrupted task is still registered with the load balancer',
    'containers-roadmap#797, #2673',
    'Targets are left to ECS. Keep the deregistration delay below the 120 s of the warning.',
  ),
];
