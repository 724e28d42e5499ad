/**
 * Every reason that draining gives, for what it did and for what it did not do. The codes are stable: people
 * filter and alarm on them. docs/reason-codes.md is generated from here.
 */
export const drainingReasons = {
  'drain-begun': ['notable', 'The instance was set to DRAINING; ECS now moves its service tasks away.'],
  'already-draining': [
    'notable',
    'The instance was DRAINING before we came. We wait for its tasks all the same.',
  ],
  'waiting-for-room': [
    'notable',
    'As many instances drain as `limits.draining` allows. The drain waits its turn.',
  ],
  'keep-active-floor': [
    'notable',
    'Draining one more would leave fewer ACTIVE instances than `limits.keepActive`.',
  ],
  'maintenance-not-near': [
    'notable',
    'AWS announced maintenance, and `maintenance.leadTime` before it has not come yet.',
  ],
  'instance-not-active-yet': [
    'notable',
    'ECS allows only ACTIVE instances to drain, and this one is still registering.',
  ],
  'standalone-tasks-refused': [
    'notable',
    'It runs standalone tasks and the policy says `standaloneTasks: refuse`.',
  ],
  'stood-down-managed-draining': [
    'notable',
    'The capacity provider has managed draining on: ECS drains it, we complete our hook.',
  ],
  'stood-down-managed-instance': [
    'notable',
    'An ECS Managed Instance: ECS replaces it by itself, and deregistering would terminate it.',
  ],
  'stood-down-external-instance': [
    'notable',
    'An ECS Anywhere instance: nothing in EC2 or Auto Scaling terminates it.',
  ],
  'instance-gone': ['notable', 'ECS does not list the instance any more, so nothing is left to wait for.'],
  'tasks-leaving': ['routine', 'Tasks have not reached STOPPED yet. Their events bring the next look.'],
  settling: ['routine', 'Nothing seems to run, but a task placed just before DRAINING may still appear.'],
  drained: ['notable', 'Every task of the instance has lastStatus STOPPED.'],
  'hook-completed': ['notable', 'The lifecycle action was completed; Auto Scaling terminates the instance.'],
  'hook-already-over': [
    'notable',
    'The lifecycle action had ended before, by time or by somebody else. Nothing is left to do.',
  ],
  'hook-missing': ['notable', 'The group has no such lifecycle hook any more, so nothing waits for us.'],
  'hook-too-short': [
    'notable',
    'The hook times out sooner than the one-minute schedule can keep alive. Give it 120 s or more.',
  ],
  'heartbeat-sent': ['routine', 'The hook was extended, since tasks still run.'],
  'deadline-continue': [
    'notable',
    'The deadline passed with tasks running; the policy lets the termination go on.',
  ],
  'deadline-abandon': [
    'notable',
    'The deadline passed with tasks running; the hook was abandoned. The group retains the instance only if its lifecycle policy says so.',
  ],
  'deadline-stop-tasks': ['notable', 'The deadline passed; the remaining tasks were told to stop.'],
  'deadline-without-hook': [
    'notable',
    'The deadline passed, but no hook of ours is open: the instance stays DRAINING.',
  ],
  'standalone-tasks-stopped': [
    'notable',
    'Standalone tasks were stopped after the grace that the policy gives them.',
  ],
  'spot-tasks-stopped': [
    'notable',
    'Tasks were stopped in time to end cleanly before EC2 reclaims the Spot instance.',
  ],
  'drain-blocked': ['notable', 'No task has left for a while. The sentence names what holds it.'],
  reactivated: ['notable', 'The reason for the drain was withdrawn; the instance takes tasks again.'],
  'withdrawn-before-start': ['notable', 'The reason for the drain was withdrawn before anything was done.'],
  'left-draining-not-ours': [
    'notable',
    'The reason was withdrawn, but somebody else set DRAINING, so it is theirs to undo.',
  ],
  'undone-by-somebody': [
    'notable',
    'Somebody set the instance ACTIVE while we drained it. A drain of choice yields to them.',
  ],
  'begun-again': [
    'notable',
    'Somebody set the instance ACTIVE, but it will be terminated all the same: drained again.',
  ],
  'instance-leaving': ['routine', 'Nothing runs on it; ECS is expected to forget it once it is terminated.'],
  'ghost-in-grace': [
    'notable',
    'EC2 no longer runs it and ECS still lists it. Deregistered if that lasts for the grace.',
  ],
  'ghost-deregistered': ['notable', 'ECS listed an instance that EC2 had terminated; it was deregistered.'],
  'ghost-alive': [
    'notable',
    'EC2 says that the instance runs, so it is not deregistered, whatever its agent does.',
  ],
  'ghost-kept-by-policy': [
    'notable',
    'ECS lists an instance that EC2 stopped or terminated, and the policy says to keep those.',
  ],
  'action-failed': [
    'notable',
    'AWS refused an action. The sentence names it, the error and the remedy; it is tried again.',
  ],
  throttled: [
    'notable',
    'AWS throttled a call beyond its retries; the schedule tries again within a minute.',
  ],
  'access-denied': ['notable', 'The role lacks a permission. The sentence names the action.'],
  'cluster-not-found': ['notable', 'The policy names a cluster that ECS does not know.'],
  'observing-failed': ['notable', 'What is true could not be read, so nothing was decided.'],
  overtaken: ['routine', 'Another invocation decided on this instance meanwhile; its decision stands.'],
  paused: [
    'notable',
    'The kill switch is on. Nothing is changed until `stevedore resume`; hooks run out by themselves.',
  ],
  'not-draining': ['routine', 'The event is about an instance that is not being drained.'],
  'not-a-container-instance': ['routine', 'No cluster of the policy knows the instance.'],
  'trigger-off': ['routine', 'The cluster’s policy does not act on events of this kind.'],
} as const satisfies Record<string, readonly ['notable' | 'routine', string]>;

export type DrainingReason = keyof typeof drainingReasons;
