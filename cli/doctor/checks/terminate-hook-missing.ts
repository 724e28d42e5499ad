import type { Check, Found } from '../finding.ts';
import { groupPolicy } from '../group-policy.ts';
import { HOOKS } from '../reads.ts';
import type { GroupView } from '../snapshot.ts';

/** Without a hook Auto Scaling terminates at once, and its tasks with it. */
export const terminateHookMissing: Check = {
  id: 'terminate-hook-missing',
  title: 'An Auto Scaling group terminates instances without draining them',
  severity: 'error',
  document: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html',
  reads: HOOKS,
  find: (snapshot, policy) =>
    snapshot.groups.flatMap((group): Found[] => {
      const drains = snapshot.providers.some((one) => one.group === group.name && one.managedDraining);
      if (drains) return [];
      const wanted = groupPolicy(policy, snapshot.cluster, group.name);
      return wanted === undefined ? withoutPolicy(group) : missing(group, wanted.hooks);
    }),
};

function missing(group: GroupView, wanted: readonly string[]): Found[] {
  const there = new Set(group.hooks.map(({ name }) => name));
  return wanted
    .filter((hook) => !there.has(hook))
    .map((hook) => ({
      resource: group.arn,
      subject: `group ${group.name}`,
      problem: `It has no terminate lifecycle hook ${hook}, which the policy file waits for: its instances end at once, with all tasks on them.`,
      fix: `Put the hook: aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${group.name} --lifecycle-hook-name ${hook} --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 600 --default-result CONTINUE.`,
    }));
}

function withoutPolicy(group: GroupView): Found[] {
  // A hook that we do not know may be of another drainer.
  if (group.hooks.length > 0) return [];
  return [
    {
      resource: group.arn,
      subject: `group ${group.name}`,
      problem:
        'It has neither a terminate lifecycle hook nor a capacity provider with managed draining: its instances end at once, with all tasks on them.',
      fix: 'Name it under draining.clusters of the policy file and give it the hook, or turn on managed draining of its capacity provider.',
      severity: 'warning',
    },
  ];
}
