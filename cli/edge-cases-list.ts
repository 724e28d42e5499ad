/** One way in which a capability is known to go wrong, in whose tool or by whose document it was found. */
export interface EdgeCase {
  readonly number: number;
  readonly what: string;
  readonly source: string;
  /** Why no test names it. */
  readonly notTested?: string;
}

export const edgeCase = (number: number, what: string, source: string, notTested?: string): EdgeCase => ({
  number,
  what,
  source,
  ...(notTested === undefined ? {} : { notTested }),
});

const of = edgeCase;

/** The numbers are those of the tests' names: `edge 7: …`. */
export const edgeCases: readonly EdgeCase[] = [
  of(
    1,
    'A counter is 0 while containers still stop: only lastStatus STOPPED counts',
    'aws-cdk#13506, ecs-cid-sample#29, aws-node-termination-handler#355',
  ),
  of(
    2,
    'A drain outlives one Lambda invocation, or the invocation crashes',
    'Lambda limits, getsocial-rnd/ecs-drain-lambda',
  ),
  of(
    3,
    "A drain outlives the hook's heartbeat timeout",
    'aws-node-termination-handler#493, ecs-cid-sample#21',
  ),
  of(
    4,
    'A hook ends after 100 heartbeat timeouts or 48 hours, whatever is sent',
    'Auto Scaling user guide, keikoproj/lifecycle-manager#69',
  ),
  of(5, 'Heartbeats go on after the drain has failed or ended', 'aws-node-termination-handler#1172'),
  of(
    6,
    'At the deadline nothing is said and the default result applies',
    'keikoproj/lifecycle-manager#283, containers-roadmap#2467, #2685',
  ),
  of(7, 'The action is over when it is completed or extended', 'spacelift-io#197, PrairieLearn#6663'),
  of(
    8,
    'A function that re-sends to itself is stopped after 16 rounds',
    'Lambda recursive loop detection, ecs-cid-sample#30, spacelift-io#199',
  ),
  of(9, 'ECS events come twice and out of order', 'ECS developer guide, handling events'),
  of(10, 'Several events announce the end of one instance', 'aws-node-termination-handler#307'),
  of(11, 'A hook opens when the instance is drained already', 'getsocial-rnd/ecs-drain-lambda'),
  of(12, 'Events of EC2, Auto Scaling and Health are lost', 'EventBridge user guide, delivery levels'),
  of(13, 'Standalone tasks never leave', 'ECS developer guide, bottlerocket-ecs-updater#35'),
  of(14, 'Daemon tasks leave last', 'containers-roadmap#1700, amazon-ecs-agent#3829'),
  of(
    15,
    'A service that cannot move, or finds no room, blocks for ever and in silence',
    'ECS developer guide, containers-roadmap#2467',
  ),
  of(16, 'On Spot a service that must stay at 100 % does not move in time', 'amazon-ecs-developer-guide#222'),
  of(17, 'A Spot instance is gone before its notice is handled', 'aws-node-termination-handler#1022'),
  of(18, 'Spot hibernation gives no notice, and a Spot stop leaves the registration', 'EC2 user guide'),
  of(19, 'A rebalance recommendation is only advice', 'karpenter-provider-aws#2813'),
  of(
    20,
    'Capacity Rebalancing removes instances without a Spot notice',
    'ECS developer guide, container-instance-spot',
    'Such a removal runs the terminate hook, and is drained like any other: see the first tests of 1 and 2.',
  ),
  of(
    21,
    'An instance is terminated directly, past the hook',
    'aws-cdk#6867, aws-node-termination-handler#874',
  ),
  of(
    22,
    'A host that was stopped and then terminated, or lost its agent, stays registered',
    'ECS API reference, amazon-ecs-agent#300, #1115',
  ),
  of(23, 'An agent disconnects for a while', 'ECS developer guide, amazon-ecs-agent#618'),
  of(
    24,
    'A live host is deregistered by force, and its containers run on unseen',
    'ECS API reference, amazon-ecs-agent#125',
  ),
  of(25, "Deregistering inside the hook wedges ECS's state", 'widdix/aws-cf-templates#276'),
  of(26, 'The instance is registering or deregistering', 'ECS API reference'),
  of(27, 'A batch call fails in part', 'ECS API reference, minamijoyo/myaws#25'),
  of(28, 'More than a hundred instances or tasks', 'getsocial-rnd/ecs-drain-lambda#10, barcelona#762'),
  of(29, 'Throttling when many leave at once', 'widdix/aws-cf-templates#260, ECS request throttling'),
  of(
    30,
    'The instance is in no cluster of ours, or not in ECS at all',
    'aws-node-termination-handler#787, #272',
  ),
  of(31, 'Hooks and groups of others', 'ECS managed instance draining'),
  of(32, 'ECS managed draining is on', 'ECS developer guide, managed instance draining'),
  of(33, 'The cluster is guessed from user data', 'ecs-cid-sample#23'),
  of(34, 'The test notification has no instance', 'Auto Scaling API reference'),
  of(35, 'In a rollout a replacement lands on the next old instance', 'containers-roadmap#2478'),
  of(36, 'Too many instances drain at once', 'widdix/aws-cf-templates#112'),
  of(
    37,
    'Reservation metrics fall late after a drain',
    'amazon-ecs-agent#718, omerxx/ecscale#10',
    'Nothing here reads those metrics.',
  ),
  of(
    38,
    'AWS Health events: two forms of ids, pages, copies in another Region, withdrawals',
    'AWS Health user guide',
  ),
  of(39, 'A drain is called off', 'aws-node-termination-handler, czid-web#1698'),
  of(
    40,
    'Scale-in protection keeps the hook from coming',
    'containers-roadmap#2814, #2862',
    'Nothing is asked of us then; there is no drain. stevedore doctor finds such groups: scale-in-protection-left.',
  ),
  of(41, 'A protected task, or one with a long stop timeout', 'containers-roadmap#2320'),
  of(42, 'A task is placed just after DRAINING', 'karpenter, aws-node-termination-handler#476'),
  of(
    43,
    'The deregistration delay of the load balancer does not fit the deadline',
    'containers-roadmap#2052, #576',
  ),
  of(44, 'Warm pools run the same hook', 'Auto Scaling user guide'),
  of(45, 'ECS Anywhere and Managed Instances', 'ECS API reference'),
  of(46, 'Two stop codes for an interrupted Spot task', 'ECS developer guide'),
  of(
    47,
    'Failed EC2 status checks',
    'Karpenter',
    "Auto Scaling's health check replaces the instance through the terminate hook; the policy's deadline bounds the wait.",
  ),
  of(
    48,
    'Capacity Block or reservation reclaim',
    'Karpenter',
    'A gap: the warning of Capacity Reservations is not listened to. Such an instance is seen when it shuts down.',
  ),
  of(49, 'The function is throttled or fails, and nobody knows', 'AWS re:Post'),
  of(50, 'Lambda or EventBridge repeats an event hours later', 'Lambda developer guide, spacelift-io#203'),
];
