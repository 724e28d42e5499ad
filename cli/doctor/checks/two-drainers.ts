import { type Check, ecsGuide } from '../finding.ts';
import { groupPolicy } from '../group-policy.ts';
import { HOOKS } from '../reads.ts';

/** Draining stands down where ECS drains by itself, so the policy does less than it says. */
export const twoDrainers: Check = {
  id: 'two-drainers',
  title: 'ECS and Stevedore would both drain the instances of a group',
  severity: 'warning',
  document: ecsGuide('managed-instance-draining'),
  reads: HOOKS,
  find: ({ cluster, groups, providers }, policy) =>
    groups.flatMap((group) => {
      const provider = providers.find((one) => one.group === group.name && one.managedDraining);
      const ours = groupPolicy(policy, cluster, group.name)?.hooks ?? [];
      const hook = group.hooks.find(({ name }) => ours.includes(name));
      if (provider === undefined || hook === undefined) return [];
      return [
        {
          resource: group.arn,
          subject: `group ${group.name}`,
          problem: `Capacity provider ${provider.name} has managed draining, and the group has our hook ${hook.name}: Stevedore stands down, so deadline and limits of the policy do not hold, and each termination waits for both.`,
          fix: `Turn managed draining of ${provider.name} off to let the policy count, or remove hook ${hook.name} and take the group out of the policy file.`,
        },
      ];
    }),
};
