import type { DrainingReason } from './reasons.ts';

/** What each reason means, for docs/reason-codes.md and the command line. */
export const drainingReasonMeanings: Readonly<Record<DrainingReason, string>> = {
  'drain-begun': 'The instance was set to DRAINING; ECS now moves its service tasks away.',
  'already-draining': 'The instance was DRAINING before we came. We wait for its tasks all the same.',
  'waiting-for-room': 'As many instances drain as `limits.draining` allows. The drain waits its turn.',
  'keep-active-floor': 'Draining one more would leave fewer ACTIVE instances than `limits.keepActive`.',
  'maintenance-not-near': 'AWS announced maintenance, and `maintenance.leadTime` before it has not come yet.',
  'instance-not-active-yet': 'ECS allows only ACTIVE instances to drain, and this one is still registering.',
  'standalone-tasks-refused': 'It runs standalone tasks and the policy says `standaloneTasks: refuse`.',
  'stood-down-managed-draining':
    'The capacity provider has managed draining on: ECS drains it, we complete our hook.',
  'stood-down-managed-instance':
    'An ECS Managed Instance: ECS replaces it by itself, and deregistering would terminate it.',
  'stood-down-external-instance': 'An ECS Anywhere instance: nothing in EC2 or Auto Scaling terminates it.',
  'instance-gone': 'ECS does not list the instance any more, so nothing is left to wait for.',
  'tasks-leaving': 'Tasks have not reached STOPPED yet. Their events bring the next look.',
  settling: 'Nothing seems to run, but a task placed just before DRAINING may still appear.',
  drained: 'Every task of the instance has lastStatus STOPPED.',
  'hook-completed': 'The lifecycle action was completed; Auto Scaling terminates the instance.',
  'hook-already-over':
    'The lifecycle action had ended before, by time or by somebody else. Nothing is left to do.',
  'hook-missing': 'The group has no such lifecycle hook any more, so nothing waits for us.',
  'hook-too-short':
    'The hook times out sooner than the one-minute schedule can keep alive. Give it 120 s or more.',
  'heartbeat-sent': 'The hook was extended, since tasks still run.',
  'deadline-continue': 'The deadline passed with tasks running; the policy lets the termination go on.',
  'deadline-abandon':
    'The deadline passed with tasks running; the hook was abandoned. The group retains the instance only if its lifecycle policy says so.',
  'deadline-stop-tasks': 'The deadline passed; the remaining tasks were told to stop.',
  'deadline-without-hook': 'The deadline passed, but no hook of ours is open: the instance stays DRAINING.',
  'standalone-tasks-stopped': 'Standalone tasks were stopped after the grace that the policy gives them.',
  'spot-tasks-stopped': 'Tasks were stopped in time to end cleanly before EC2 reclaims the Spot instance.',
  'drain-blocked': 'No task has left for a while. The sentence names what holds it.',
  reactivated: 'The reason for the drain was withdrawn; the instance takes tasks again.',
  'withdrawn-before-start': 'The reason for the drain was withdrawn before anything was done.',
  'left-draining-not-ours':
    'The reason was withdrawn, but somebody else set DRAINING, so it is theirs to undo.',
  'undone-by-somebody':
    'Somebody set the instance ACTIVE while we drained it. A drain of choice yields to them.',
  'begun-again': 'Somebody set the instance ACTIVE, but it will be terminated all the same: drained again.',
  'instance-leaving': 'Nothing runs on it; ECS is expected to forget it once it is terminated.',
  'ghost-in-grace': 'EC2 no longer runs it and ECS still lists it. Deregistered if that lasts for the grace.',
  'ghost-deregistered': 'ECS listed an instance that EC2 had terminated; it was deregistered.',
  'ghost-alive': 'EC2 says that the instance runs, so it is not deregistered, whatever its agent does.',
  'ghost-kept-by-policy':
    'ECS lists an instance that EC2 stopped or terminated, and the policy says to keep those.',
  'action-failed':
    'AWS refused an action. The sentence names it, the error and the remedy; it is tried again.',
  throttled: 'AWS throttled a call beyond its retries; the schedule tries again within a minute.',
  'access-denied': 'The role lacks a permission. The sentence names the action.',
  'cluster-not-found': 'The policy names a cluster that ECS does not know.',
  'observing-failed': 'What is true could not be read, so nothing was decided.',
  paused: 'The kill switch is on. Nothing is changed until it is off; hooks run out by themselves.',
  'not-draining': 'The event is about an instance that is not being drained.',
  'not-a-container-instance': 'No cluster of the policy knows the instance.',
  'trigger-off': 'The cluster’s policy does not act on events of this kind.',
};
