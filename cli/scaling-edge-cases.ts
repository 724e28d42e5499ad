import type { EdgeCase } from './edge-cases-list.ts';

const of = (number: number, what: string, source: string, notTested?: string): EdgeCase => ({
  number,
  what,
  source,
  ...(notTested === undefined ? {} : { notTested }),
});

const consolidation = 'It is about choosing instances to remove; that is consolidation, which is not built.';

/** The numbers are those of the tests' names: `scaling edge 7: …`. */
export const scalingEdgeCases: readonly EdgeCase[] = [
  of(1, 'The metric stands exactly at a bound of a step', 'API reference, StepAdjustment'),
  of(2, 'No step matches', 'API reference, ExecutePolicy'),
  of(
    3,
    'Percentages round the change, not the total, towards zero but never to zero',
    'Application Auto Scaling user guide; moto differs',
  ),
  of(4, 'A percentage of nothing is nothing', 'not documented'),
  of(5, 'The result is beyond min or max', 'EC2 Auto Scaling user guide'),
  of(6, 'The count is beyond min or max already', 'ECS developer guide, service auto scaling'),
  of(
    7,
    'Fewer tasks run than are desired, because they find no room: growth must not run away',
    'ECS developer guide',
  ),
  of(8, 'In a deployment old and new tasks run, and both are counted', 'containers-roadmap#525'),
  of(9, 'A deployment is in progress', 'ECS developer guide, troubleshooting'),
  of(10, 'A larger step in the cooldown of a smaller one', 'Application Auto Scaling user guide'),
  of(
    11,
    'Scaling out ends the cooldown of scaling in, and keeps its own record',
    'Application Auto Scaling user guide, floci-io/floci#2692',
  ),
  of(12, 'A write that failed starts no cooldown', 'Application Auto Scaling user guide'),
  of(13, 'Instances are warming up', 'EC2 Auto Scaling user guide'),
  of(14, 'An event comes twice or late', 'EventBridge and CloudWatch user guides'),
  of(15, 'An alarm event comes on a change only', 'CloudWatch user guide'),
  of(16, 'ALARM without a datapoint', 'CloudWatch, treatMissingData'),
  of(17, 'Composite and anomaly alarms and tests have no threshold', 'CloudWatch user guide'),
  of(18, 'The metric fell back before the function ran', 'CloudWatch user guide'),
  of(19, 'Datapoints in any order, some without value', 'CloudWatch events'),
  of(20, 'One alarm wants more and another less', 'EC2 Auto Scaling user guide'),
  of(21, 'One of several metrics cannot be read', 'Kubernetes HorizontalPodAutoscaler'),
  of(22, 'Scaling in would call for scaling out at once', 'Application Auto Scaling, NotScaledReasons'),
  of(23, 'Draining instances are counted as capacity', 'omerxx/ecscale#6, amazon-ecs-agent#718'),
  of(24, 'Removals are simulated one by one', 'Cluster Autoscaler FAQ', consolidation),
  of(
    25,
    'Protected, standalone and daemon tasks and zones in a scale-in',
    'ECS developer guide',
    consolidation,
  ),
  of(
    26,
    'A service that can neither stop nor start a task',
    'containers-roadmap#485',
    'Draining names it: see draining edge 15.',
  ),
  of(
    27,
    'Simple scaling stands still while a hook is open',
    'widdix/aws-cf-templates#306',
    'SetDesiredCapacity is sent with HonorCooldown off, and no simple policy is used.',
  ),
  of(28, 'Every instance is protected from scale-in', 'containers-roadmap#1471'),
  of(
    29,
    'A task larger than the smallest instance',
    'ECS developer guide',
    'It belongs to scaling out by need, which is not built.',
  ),
  of(
    30,
    'A scheduled min above the old max; an end that does not revert',
    'Application Auto Scaling user guide',
  ),
  of(31, 'The hour that is skipped, and the one that comes twice', 'EventBridge Scheduler'),
  of(32, 'Somebody else scales the same target', 'ECS developer guide, containers-roadmap#945'),
  of(
    33,
    'A deployment of infrastructure resets the desired count',
    'containers-roadmap#493, aws-cdk#3919',
    'The count is read anew before each decision, and after such a reset the metric decides again.',
  ),
  of(34, 'Instances whose agent is disconnected or still registering', 'ECS API reference'),
  of(
    35,
    'Tasks are placed where an old one is still stopping',
    'amazon-ecs-agent#4807',
    'Placement is left to ECS.',
  ),
  of(
    36,
    'A target capacity below 100 loops at zero',
    'containers-roadmap#653',
    'Capacity provider reservation is not used.',
  ),
  of(
    37,
    'ABANDON does not stop a termination',
    'awslabs/ecs-cluster-manager',
    'Draining completes hooks: see docs/draining.md.',
  ),
  of(
    38,
    'Short periods: a cooldown shorter than the delay of the metric counts twice',
    'API reference, PutMetricAlarm',
  ),
];
