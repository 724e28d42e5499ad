import { room } from '../capacity.ts';
import { type Check, ecsGuide } from '../finding.ts';
import { SERVICES } from '../reads.ts';

/**
 * Nothing may stop first and nothing may start first: 100/100, and also 50/150 with one task, by ECS's rounding
 * (containers-roadmap#485). Deployments and drains of such a service never end.
 */
export const noRoomToReplace: Check = {
  id: 'no-room-to-replace',
  title: 'The deployment percentages of a service let no task be replaced',
  severity: 'error',
  document: ecsGuide('container-instance-draining'),
  reads: SERVICES,
  find: ({ services }) =>
    services.flatMap((service) => {
      const { least, most } = room(service);
      const { arn, name, desired, minPercent, maxPercent, rolling, daemon } = service;
      if (!rolling || daemon || desired === 0 || least < desired || most > desired) return [];
      return [
        {
          resource: arn,
          subject: `service ${name}`,
          problem: `With minimumHealthyPercent ${minPercent} and maximumPercent ${maxPercent}, ${desired} of ${desired} tasks must stay healthy and none may be added: no deployment and no drain of it ever ends.`,
          fix: 'Set maximumPercent to 200 where there is room for more tasks; else set minimumHealthyPercent so low that one task may stop.',
        },
      ];
    }),
};
