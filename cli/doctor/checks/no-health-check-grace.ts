import { running } from '../capacity.ts';
import { type Check, ecsGuide, type Found } from '../finding.ts';
import { DEFINITIONS, TARGETS } from '../reads.ts';

/** ECS kills what the load balancer calls unhealthy, and without a grace period it does so while a task still starts. */
export const noHealthCheckGrace: Check = {
  id: 'no-health-check-grace',
  title: 'A service that starts slowly has no health check grace period',
  severity: 'warning',
  document: ecsGuide('service-load-balancing'),
  reads: [...new Set([...DEFINITIONS, ...TARGETS])],
  find: (snapshot) =>
    running(snapshot).flatMap(({ service, definition }): Found[] => {
      if (service.graceSeconds > 0 || service.targetGroups.length === 0) return [];
      const slowStart = Math.max(
        0,
        ...service.targetGroups.map((arn) => snapshot.targetGroups.get(arn)?.slowStartSeconds ?? 0),
      );
      const startPeriod = Math.max(0, ...definition.containers.map((one) => one.startPeriodSeconds));
      const seconds = Math.max(slowStart, startPeriod);
      if (seconds === 0) return [];
      const sign =
        seconds === startPeriod
          ? `a health check of ${definition.name} lets it start for ${startPeriod} s`
          : `its target group starts it slowly, over ${slowStart} s`;
      return [
        {
          resource: service.arn,
          subject: `service ${service.name}`,
          problem: `Its health check grace period is 0 s, and ${sign}: ECS may kill a task because the load balancer found it unhealthy too soon, and begin again.`,
          fix: `Set healthCheckGracePeriodSeconds to ${seconds} or more.`,
        },
      ];
    }),
};
