import type { Check } from '../finding.ts';
import { clusterPolicy, groupPolicy } from '../group-policy.ts';
import { HOOKS } from '../reads.ts';

/** A hook ends for good after 100 times its heartbeat timeout or 48 hours, whatever is sent. */
export const hookShorterThanDeadline: Check = {
  id: 'hook-shorter-than-deadline',
  title: 'A lifecycle hook ends before the deadline of the drain',
  severity: 'warning',
  document: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html',
  reads: HOOKS,
  find: ({ cluster, groups }, policy) => {
    const deadlineMs = clusterPolicy(policy, cluster)?.deadlineMs ?? 0;
    return groups.flatMap((group) => {
      const ours = groupPolicy(policy, cluster, group.name)?.hooks ?? [];
      return group.hooks
        .filter(({ name, longestMs }) => ours.includes(name) && longestMs < deadlineMs)
        .map(({ name, longestMs }) => ({
          resource: group.arn,
          subject: `group ${group.name}`,
          problem: `Hook ${name} can be kept open for ${minutes(longestMs)} at most, and the deadline of a drain in ${cluster} is ${minutes(deadlineMs)}: a slow drain is cut off.`,
          fix: `Raise the heartbeat timeout of ${name} to ${Math.min(7_200, Math.ceil(deadlineMs / 100_000))} s or more, or shorten the deadline.`,
        }));
    });
  },
};

const minutes = (ms: number) => `${Math.floor(ms / 60_000)} min`;
