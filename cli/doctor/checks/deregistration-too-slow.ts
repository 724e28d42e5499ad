import { capacitiesOf, SPOT_NOTICE_SECONDS, spotOf } from '../capacity.ts';
import type { Check, Found } from '../finding.ts';
import { clusterPolicy } from '../group-policy.ts';
import { MACHINES, PROVIDERS, TARGETS } from '../reads.ts';

/** The task is stopped only after the delay; what is cut off meanwhile fails the requests that were let through. */
export const deregistrationTooSlow: Check = {
  id: 'deregistration-too-slow',
  title: 'A target group deregisters more slowly than its tasks may be taken away',
  severity: 'warning',
  document:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html',
  reads: [...new Set([...TARGETS, ...MACHINES, ...PROVIDERS])],
  find: (snapshot, policy) =>
    snapshot.services.flatMap((service): Found[] => {
      const spot = spotOf(service, snapshot);
      const deadlineMs = clusterPolicy(policy, snapshot.cluster)?.deadlineMs;
      const onInstances = capacitiesOf(service, snapshot).has('ec2');
      return service.targetGroups.flatMap((arn): Found[] => {
        const group = snapshot.targetGroups.get(arn);
        if (group === undefined) return [];
        const seconds = group.deregistrationSeconds;
        const found = (limit: string, most: number): Found => ({
          resource: service.arn,
          subject: `service ${service.name}`,
          problem: `Target group ${group.name} has a deregistration delay of ${seconds} s, and ${limit}: its tasks are killed before their connections have ended.`,
          fix: `Set deregistration_delay.timeout_seconds of ${group.name} to ${most} or less, and the stop timeout of its containers to what remains.`,
        });
        if (spot !== null && seconds > SPOT_NOTICE_SECONDS) {
          return [found(`${spot} gives notice of ${SPOT_NOTICE_SECONDS} s`, SPOT_NOTICE_SECONDS - 30)];
        }
        if (onInstances && deadlineMs !== undefined && seconds * 1_000 > deadlineMs) {
          const deadline = Math.floor(deadlineMs / 1_000);
          return [
            found(
              `the deadline of a drain in ${snapshot.cluster} is ${deadline} s`,
              Math.floor(deadline / 2),
            ),
          ];
        }
        return [];
      });
    }),
};
