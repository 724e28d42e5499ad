import { type Check, ecsGuide, type Found } from '../finding.ts';
import { DEFINITIONS } from '../reads.ts';

/** The quota is not adjustable. */
const MOST = 10;

export const tooManyContainers: Check = {
  id: 'too-many-containers',
  title: 'A task definition has as many containers as ECS takes, or more',
  severity: 'error',
  document: ecsGuide('service-quotas'),
  reads: DEFINITIONS,
  find: ({ definitions }) =>
    [...definitions.values()].flatMap(({ arn, name, containers }): Found[] => {
      const subject = `task definition ${name}`;
      const count = containers.length;
      if (count < MOST) return [];
      const fix = 'Split it into two services, or let one sidecar do the work of several.';
      return count > MOST
        ? [
            {
              resource: arn,
              subject,
              problem: `It has ${count} containers; ECS takes ${MOST}, and no quota raises that.`,
              fix,
            },
          ]
        : [
            {
              resource: arn,
              subject,
              problem: `It has ${count} containers, which is all that ECS takes: there is no room for one more sidecar.`,
              fix,
              severity: 'note',
            },
          ];
    }),
};
