import type { CapacityReason } from './reasons.ts';

/** What each reason means, for docs/reason-codes.md and the command line. */
export const capacityReasonMeanings: Readonly<Record<CapacityReason, string>> = {
  'launched-for-need':
    'A group was raised by the instances that waiting tasks need, counted by placing them on instances of its smallest type.',
  'placement-failed':
    'ECS said that it found no instance for a task of the service. The look of the next minute counts what is needed.',
  'launch-not-yet': 'Tasks wait for an instance, but not for as long as `scaleOut.after` yet.',
  'group-at-maximum': 'Tasks need more instances than the group’s maximum allows. Raise it.',
  'launch-suspended': 'Tasks need instances, and the Launch process of the group is suspended.',
  'maximum-step':
    '`scaleOut.maximumStep` allows fewer instances at once; the rest follows at the next looks.',
  'managed-scaling':
    'ECS’s managed scaling sizes the group, so that it is left alone, unless `besideManagedScaling` says otherwise.',
  'managed-draining':
    'ECS drains the instances of the capacity provider itself, and only once they are being terminated; draining leaves them to it, so that none can be emptied beforehand.',
  'task-unplaceable':
    'No instance that the groups launch would take the task: it is larger than each of them, or its constraints admit none.',
  'expression-not-judged':
    'A placement constraint could not be read, so that instances with tasks of that kind are left alone.',
  'replacement-ordered':
    'An instance was ordered that takes the place of several; they are drained once it is ACTIVE and everything still fits.',
  'replacement-awaited': 'The instance that takes the place of others has not registered yet.',
  'replacement-late':
    'The ordered instance has not registered in `scaleOut.launchTimeout`; the others stay, and it goes when it comes and is empty.',
  'drain-ordered':
    'The instance’s tasks fit elsewhere, and draining was told to drain it. The sentence names what moves where and what is saved.',
  'drain-awaited': 'Draining works on the instance; its own entries say how far it is.',
  'drain-not-begun':
    'Draining was told to and the instance is still ACTIVE minutes later: the order was taken back. Its entries say why.',
  'drain-too-long':
    'The instance has been DRAINING for longer than `drainTimeout`: the order was taken back, and it takes tasks again.',
  'drain-undone': 'Somebody set the instance ACTIVE while it was to go; it yields to them.',
  'wanted-again': 'Tasks wait for an instance: those that were to go and still run are given back to them.',
  'no-longer-fits': 'Before the drain began the tasks did not fit elsewhere any more; nothing was done.',
  terminating:
    'Nothing but daemons ran on it any more: Auto Scaling was told to terminate it and to lower the desired count.',
  'termination-awaited': 'Auto Scaling terminates the instance.',
  gone: 'The instance is not in the cluster any more.',
  'not-in-a-group': 'The instance is in none of the policy’s groups.',
  'not-active': 'The instance is not ACTIVE with its agent connected and in service.',
  'leaving-already': 'The instance is on its way out already.',
  'too-young': 'The instance is younger than `consolidation.minimumAge`.',
  'protected-from-scale-in': 'The group protects the instance from scale-in.',
  'protected-task': 'A task of it has scale-in protection.',
  'standalone-task': 'A standalone task runs there, which ECS would not move.',
  'service-cannot-move':
    'A service with a task there can neither stop one nor start one by its healthy percentages, so that a drain would never end.',
  'service-deploying': 'A service with a task there is being deployed.',
  'tasks-pending': 'Tasks wait for an instance, so that none is taken away.',
  'does-not-fit': 'A task of it would find no place elsewhere.',
  'zone-balance':
    'Without it the zones of the group would be too far apart, and Auto Scaling would launch another one.',
  'group-at-minimum': 'The group is at its minimum.',
  reserve: 'Less than the policy’s `reserve` would stay free.',
  budget: 'As many instances leave as a budget allows.',
  'not-worth-it':
    'What is saved is too little for the tasks that would be disturbed (`consolidation.balance`).',
  waiting: 'The instance could go, but not for as long as `consolidation.after` yet.',
  'reason-not-allowed': 'The instance could go for a reason that `consolidation.reasons` does not have.',
  'action-failed': 'AWS refused a change. The sentence says why, and what to do.',
  throttled: 'AWS throttled a call; it is tried again.',
  'access-denied': 'The role may not do that: deploy again, or see whether a boundary forbids it.',
  'observing-failed': 'The cluster could not be read; nothing is changed.',
  paused: 'The kill switch is on: nothing is changed.',
};
