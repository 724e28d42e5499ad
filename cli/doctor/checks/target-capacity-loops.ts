import { type Check, ecsGuide } from '../finding.ts';
import { GROUPS } from '../reads.ts';

/** Below 100 % one instance has to be idle, so that zero is too few and one too many (containers-roadmap#653). */
export const targetCapacityLoops: Check = {
  id: 'target-capacity-loops',
  title: 'A capacity provider cannot come to rest at zero instances',
  severity: 'note',
  document: ecsGuide('cluster-auto-scaling'),
  reads: GROUPS,
  find: ({ providers, groups }) =>
    providers.flatMap(({ name, group: groupName, managedScaling, targetCapacity }) => {
      const group = groups.find((one) => one.name === groupName);
      if (!managedScaling || targetCapacity >= 100 || group === undefined || group.minSize > 0) return [];
      return [
        {
          resource: group.arn,
          subject: `provider ${name}`,
          problem: `Its target capacity is ${targetCapacity} %, and group ${group.name} may go down to 0: with no task it starts an instance to have a spare one, takes it away as too much, and begins again.`,
          fix: `Set the target capacity to 100, or the minimum size of ${group.name} to 1.`,
        },
      ];
    }),
};
