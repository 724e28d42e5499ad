import type { FailoverReason } from './reasons.ts';

/** What each reason means, for docs/reason-codes.md and the command line. */
export const failoverReasonMeanings: Readonly<Record<FailoverReason, string>> = {
  'failed-over':
    'The strategy was changed so that tasks run on FARGATE. The sentence names both strategies and the cause.',
  'failed-over-in-part':
    'The limit of on-demand vCPUs leaves room for a smaller share than the policy asks for, which is what was moved.',
  'flip-completed': 'The deployment to FARGATE is through.',
  'probe-started':
    'It is being tried whether there is Spot capacity, by a task or by a share of one service.',
  'probe-passed': 'What was tried on FARGATE_SPOT has held for its time.',
  'probe-stopped': 'The task that tried FARGATE_SPOT is not needed any more.',
  'probe-failed':
    'There is still no Spot capacity, or the probe itself does not work. The sentence says which, and when the next comes.',
  'return-step': 'More tasks were moved back to FARGATE_SPOT; the last step is the original strategy.',
  restored: 'The service runs with its original strategy, and nothing is kept of the failover.',
  'backed-out': 'A step of the return has failed, and the service went to FARGATE again.',
  'image-pinned':
    'A tag has moved since the tasks started, so that they were pinned to the digests that run.',
  'paired-count-set':
    'The desired count of the paired on-demand service was set to what is missing, or to 0.',
  'paired-ended': 'The paired service has no tasks any more, since its primary has its own again.',
  'breaker-opened': 'Spot capacity is taken to be gone for all services of these zones and architecture.',
  'breaker-closed': 'Spot capacity is back, or nobody waits for it; services go back by steps.',
  'breaker-reset': 'Somebody ordered a reset of openings, latch and cool-off.',
  grace: 'Tasks are missing for a shorter time than the grace of the policy.',
  'recovered-within-grace': 'The missing tasks came back by themselves, and nothing was changed.',
  'deployment-in-progress':
    'A deployment of somebody else is on its way. It is waited for, since ours would take its place.',
  'rate-limited': '`limits.tasksPerMinute` is used up for this minute.',
  'cooling-off': 'The time until the next probe, or until a flip that ECS took back is tried again, runs.',
  soaking: 'A step or a probe is through and must hold for a while.',
  'rollout-in-progress': 'A deployment of Stevedore is on its way.',
  'waiting-for-breaker': 'The service runs on demand, and waits until there is Spot capacity again.',
  'signal-repeated': 'The same event, or another about the same task, was taken in before. It counts once.',
  'steady-is-no-proof': 'A service on FARGATE is steady, which says nothing of Spot capacity.',
  'on-demand-short': 'FARGATE itself has no capacity, so that failing over would not help.',
  'not-a-capacity-failure': 'A task could not be placed for another reason than a lack of Fargate capacity.',
  'not-by-capacity-provider': 'The service has a launch type, and no capacity provider strategy.',
  'not-on-spot': 'The strategy of the service uses no FARGATE_SPOT.',
  'not-all-fargate': 'The strategy of the service names capacity providers of Auto Scaling groups.',
  'controller-not-ecs':
    'CodeDeploy or an external controller deploys the service, so that its strategy cannot be changed. Name a paired service.',
  'daemon-service': 'A DAEMON service does not run on Fargate.',
  'provider-not-associated': 'FARGATE or FARGATE_SPOT is not associated with the cluster.',
  'platform-not-supported':
    'Fargate Spot does not exist for this operating system, architecture or platform version.',
  'percentages-block':
    'With these minimum and maximum percents a deployment can neither stop nor start a task.',
  'image-differs': 'A new deployment would ship another image, since a tag has moved.',
  'image-unverifiable': 'It could not be found out whether a new deployment would ship another image.',
  'on-demand-quota':
    'The limit of on-demand vCPUs leaves no room, or the account’s own quota does not. The sentence says which.',
  'budget-spent':
    'The on-demand task-hours of this UTC day are used up; the service stays on Spot until the next.',
  'flap-latched':
    'The service was opened too often within the window, and stays on demand until somebody orders fail-back or reset.',
  'flip-rolled-back':
    'ECS has taken the flip back or given it up. It is tried again later, a few times, and then only by order.',
  'changed-by-others':
    'Somebody else has changed the strategy while the service was failed over. Theirs stays.',
  'service-gone': 'The service does not exist, is being deleted, or none of its tasks is desired.',
  'paired-missing': 'The paired on-demand service does not exist.',
  'order-not-applicable': 'An order came that changes nothing as things are.',
  'providers-associated': 'FARGATE and FARGATE_SPOT were added to the cluster’s capacity providers.',
  'migration-step': 'A service is being moved from EC2 to Fargate.',
  'migration-step-completed': 'A service runs on Fargate and was steady for its time.',
  'migration-done': 'Every service of the migration runs on Fargate.',
  'migration-stopped': 'The migration stands still until somebody resets it or changes the policy.',
  'not-fargate-compatible': 'The task definition of a service cannot run on Fargate. The sentence says why.',
  paused: 'The kill switch is on. Nothing is changed until it is off.',
  throttled: 'AWS throttled a call beyond its retries; the schedule tries again within a minute.',
  'access-denied': 'The role lacks a permission. The sentence names the action.',
  'observing-failed': 'What is true could not be read, so nothing was decided.',
  'acting-failed': 'A change could not be carried out. The sentence names the error.',
  'action-refused': 'AWS refused the change. The sentence names the error and the remedy.',
};
