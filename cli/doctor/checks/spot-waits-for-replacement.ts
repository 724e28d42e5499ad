import { room, spotOf } from '../capacity.ts';
import { type Check, ecsGuide } from '../finding.ts';
import { MACHINES, PROVIDERS, SERVICES } from '../reads.ts';

/** With 100 % nothing stops until its replacement is healthy, and the instance does not wait for that. */
export const spotWaitsForReplacement: Check = {
  id: 'spot-waits-for-replacement',
  title: 'A service on EC2 Spot stops nothing before its replacement is healthy',
  severity: 'warning',
  document: ecsGuide('container-instance-draining'),
  reads: [...new Set([...SERVICES, ...MACHINES, ...PROVIDERS])],
  find: (snapshot) =>
    snapshot.services
      .filter(
        (service) =>
          service.rolling &&
          !service.daemon &&
          service.desired > 0 &&
          room(service).least >= service.desired &&
          spotOf(service, snapshot) === 'EC2 Spot',
      )
      .map(({ arn, name, minPercent, desired }) => ({
        resource: arn,
        subject: `service ${name}`,
        problem: `With minimumHealthyPercent ${minPercent} none of its ${desired} tasks may stop before its replacement is healthy, and a Spot instance is gone after 120 s: what has not moved by then is killed.`,
        fix:
          desired === 1
            ? 'Run two tasks or more with minimumHealthyPercent 50, so that ECS may stop one at once.'
            : 'Set minimumHealthyPercent below 100, such as 50, so that ECS may stop tasks at once.',
      })),
};
