/**
 * Why an event that could be read asks nothing of the capability that got it. The codes are stable: people filter
 * journals and alarms by them.
 */
export const ignoreReasons = {
  'test-notification': {
    meaning: 'Auto Scaling announced that it can reach us; no instance is concerned.',
    remedy: 'Nothing to do.',
  },
  'group-not-in-policy': {
    meaning: 'The lifecycle action is of an Auto Scaling group that the policy does not name.',
    remedy: 'Add the group to its cluster in the policy if its hosts shall be drained; otherwise nothing.',
  },
  'hook-not-in-policy': {
    meaning: 'The group is ours, but this hook is not among those that the policy says to complete.',
    remedy: "Add the hook to the group's hooks in the policy, unless somebody else completes it.",
  },
  'cluster-not-in-policy': {
    meaning: 'The event is about a cluster that the policy does not name.',
    remedy: 'Add the cluster to the policy if its hosts shall be drained; otherwise nothing.',
  },
  'trigger-off': {
    meaning: 'No cluster of the policy reacts to this kind of event.',
    remedy: 'Turn the trigger on for a cluster in the policy if it should.',
  },
  'maintenance-keeps-host': {
    meaning: 'The scheduled maintenance reboots the host or cuts it off for a while, and then gives it back.',
    remedy: 'Nothing; to move the tasks all the same, order a drain.',
  },
  'maintenance-without-instance': {
    meaning: 'The Health event takes hosts away but names no EC2 instance.',
    remedy: 'See the event in the AWS Health dashboard; order a drain for what it affects.',
  },
  'maintenance-without-start': {
    meaning: 'The Health event does not say when the maintenance begins, so that no lead time can be kept.',
    remedy: 'See the event in the AWS Health dashboard; order a drain when the time has come.',
  },
  'not-our-region': {
    meaning: 'The Health event is about instances in another Region and came as a copy.',
    remedy: 'Nothing here; deploy Stevedore in the Region that has the clusters.',
  },
  'not-our-account': {
    meaning: 'The Health event is about instances of another account of the organisation.',
    remedy: 'Nothing here; deploy Stevedore in the account that has the clusters.',
  },
  'task-not-stopped': {
    meaning: 'The task is on its way but not yet STOPPED, and only a stopped task has left its host.',
    remedy: 'Nothing; another event follows when the task has stopped.',
  },
  'task-not-on-host': {
    meaning: 'The task ran on no EC2 container instance.',
    remedy: 'Nothing to do.',
  },
  'state-not-of-interest': {
    meaning: 'The host is in a state in which nothing has to leave it.',
    remedy: 'Nothing to do.',
  },
  'repository-not-in-policy': {
    meaning: 'The event is about an ECR repository, or a kind of event of it, that no rule goes by.',
    remedy:
      'Give the repository a rule with that trigger or gate if its images shall be promoted; otherwise nothing.',
  },
  'tag-not-in-policy': {
    meaning: 'The repository has rules, but none takes this tag or gives it.',
    remedy:
      "Widen a rule's source if the image shall be promoted; otherwise nothing. An order: correct the tag.",
  },
  'image-action-failed': {
    meaning: 'ECR reports a push or a deletion that did not succeed.',
    remedy: 'Nothing here; see the client that tried.',
  },
  'deployment-not-in-policy': {
    meaning: 'The deployment has not completed, or no rule waits for the service to run an image.',
    remedy: "Name the service in a rule's gate if promotions shall wait for it; otherwise nothing.",
  },
  'order-incomplete': {
    meaning: 'An order to promote names no image, or one to approve no digest.',
    remedy: 'Give the order again with what is missing.',
  },
  'external-instance': {
    meaning:
      'The host is an ECS Anywhere machine (an mi- id), which neither EC2 nor Auto Scaling takes away.',
    remedy: 'Nothing; drain such hosts by hand.',
  },
  'alarm-not-in-policy': {
    meaning: 'The alarm is not one that a step policy, or the failover of a service, names.',
    remedy: 'Name the alarm in a step policy, or among the signals of a service; otherwise nothing.',
  },
  'target-not-in-policy': {
    meaning: 'The order is for a service or a group that the policy does not name under scaling.',
    remedy: 'Correct the target of the order, or add it to the policy if Stevedore shall scale it.',
  },
  'service-not-in-policy': {
    meaning: 'The event is about an ECS service that the policy does not name under failover.',
    remedy: 'Add the service to the policy if it shall fail over; otherwise nothing.',
  },
  'service-action-not-of-interest': {
    meaning: 'ECS says something of a service that has nothing to do with capacity.',
    remedy: 'Nothing here; see the events of the service.',
  },
  'task-not-interrupted': {
    meaning: 'The task goes its way, and it is not Spot that takes it back.',
    remedy: 'Nothing to do.',
  },
  'other-capability': {
    meaning: 'The event is for another function of Stevedore than the one that got it.',
    remedy: 'See which rule, topic or alarm action sends it there.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;

export type IgnoreReason = keyof typeof ignoreReasons;
