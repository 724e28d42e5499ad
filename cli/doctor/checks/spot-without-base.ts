import { type Check, ecsGuide, type Found } from '../finding.ts';
import { SERVICES } from '../reads.ts';
import type { Strategy } from '../snapshot.ts';

/** FARGATE_SPOT may be out of capacity for hours, and then nothing runs at all. */
export const spotWithoutBase: Check = {
  id: 'spot-without-base',
  title: 'A strategy with FARGATE_SPOT has no base on other capacity',
  severity: 'warning',
  document: ecsGuide('fargate-capacity-providers'),
  reads: SERVICES,
  find: ({ cluster, arn, defaultStrategy, services }, policy) => [
    ...(isUnsure(defaultStrategy)
      ? [
          {
            resource: arn,
            subject: `cluster ${cluster}`,
            problem: `Its default strategy is ${inWords(defaultStrategy)}: no task of a new service is sure to run on capacity that AWS does not take back.`,
            fix: FIX,
          },
        ]
      : []),
    ...services
      .filter(({ strategy, desired }) => desired > 0 && isUnsure(strategy))
      .map(({ arn: resource, name, strategy }): Found => {
        const failsOver = policy?.failover.services.some(
          (one) => one.cluster === cluster && one.service === name,
        );
        const problem = `Its strategy is ${inWords(strategy)}: no task is sure to run on capacity that AWS does not take back.`;
        return failsOver
          ? {
              resource,
              subject: `service ${name}`,
              problem: `${problem} Stevedore fails it over in a shortage, which takes some minutes.`,
              fix: FIX,
              severity: 'note',
            }
          : {
              resource,
              subject: `service ${name}`,
              problem,
              fix: `${FIX} Or name it under failover.services.`,
            };
      }),
  ],
};

const FIX = 'Add FARGATE with a base of as many tasks as must always run.';

const isUnsure = (strategy: Strategy) =>
  strategy.some(({ provider }) => provider === 'FARGATE_SPOT') &&
  !strategy.some(({ provider, base }) => provider !== 'FARGATE_SPOT' && base > 0);

const inWords = (strategy: Strategy) =>
  strategy
    .map(
      ({ provider, base, weight }) =>
        `${provider} with weight ${weight}${base > 0 ? ` and base ${base}` : ''}`,
    )
    .join(', ');
