import { running, SPOT_NOTICE_SECONDS, spotOf } from '../capacity.ts';
import { type Check, ecsGuide, type Found } from '../finding.ts';
import { DEFINITIONS, MACHINES, PROVIDERS } from '../reads.ts';

export const stopTimeoutBeyondSpot: Check = {
  id: 'stop-timeout-beyond-spot',
  title: 'A container on Spot wants more time to stop than there is',
  severity: 'warning',
  document: ecsGuide('container-instance-spot'),
  reads: [...new Set([...DEFINITIONS, ...MACHINES, ...PROVIDERS])],
  find: (snapshot) =>
    running(snapshot).flatMap(({ service, definition }): Found[] => {
      const spot = spotOf(service, snapshot);
      if (spot === null) return [];
      return definition.containers.flatMap(({ name, stopTimeoutSeconds }): Found[] =>
        stopTimeoutSeconds === null || stopTimeoutSeconds <= SPOT_NOTICE_SECONDS
          ? []
          : [
              {
                resource: service.arn,
                subject: `service ${service.name}`,
                problem: `Container ${name} of ${definition.name} has a stop timeout of ${stopTimeoutSeconds} s, and ${spot} gives notice of ${SPOT_NOTICE_SECONDS} s: it is cut off in the middle.`,
                fix: `Set its stopTimeout below ${SPOT_NOTICE_SECONDS} s and let it save its work on SIGTERM, or run it on capacity that is not Spot.`,
              },
            ],
      );
    }),
};
