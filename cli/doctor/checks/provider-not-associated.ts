import { type Check, ecsGuide, type Found } from '../finding.ts';
import { SERVICES } from '../reads.ts';

const FARGATE = ['FARGATE', 'FARGATE_SPOT'] as const;

/** PutClusterCapacityProviders replaces the whole list, so that what it leaves out is lost. */
export const providerNotAssociated: Check = {
  id: 'provider-not-associated',
  title: 'A capacity provider is counted on that the cluster does not have',
  severity: 'error',
  document: ecsGuide('fargate-capacity-providers'),
  reads: SERVICES,
  find: ({ cluster, arn, associated, defaultStrategy, services }, policy) => {
    const lacking = (names: readonly string[]) =>
      [...new Set(names)].filter((name) => !associated.includes(name)).join(' and ');
    const providers = (strategy: typeof defaultStrategy) => strategy.map(({ provider }) => provider);
    const fix = (names: string) =>
      `Associate ${names} with the cluster (aws ecs put-cluster-capacity-providers), and name all others too: ${associated.join(', ') || 'there are none'}.`;
    const failingOver = policy?.failover.services.filter((one) => one.cluster === cluster) ?? [];
    const forFailover = lacking(failingOver.length > 0 ? FARGATE : []);
    const inDefault = lacking(providers(defaultStrategy));
    return [
      ...(inDefault === ''
        ? []
        : [
            {
              resource: arn,
              subject: `cluster ${cluster}`,
              problem: `Its default strategy names ${inDefault}, which is not associated with it: a service or task without a strategy of its own cannot start.`,
              fix: fix(inDefault),
            },
          ]),
      ...(forFailover === ''
        ? []
        : [
            {
              resource: arn,
              subject: `cluster ${cluster}`,
              problem: `failover.services names ${failingOver.map(({ service }) => service).join(', ')}, and the cluster does not have ${forFailover}: AWS will refuse to move them in a shortage.`,
              fix: fix(forFailover),
            },
          ]),
      ...services.flatMap((service): Found[] => {
        const names = lacking(providers(service.strategy));
        if (names === '') return [];
        const problem = `Its strategy names ${names}, which is not associated with cluster ${cluster}: no task of it can start.`;
        return [{ resource: service.arn, subject: `service ${service.name}`, problem, fix: fix(names) }];
      }),
    ];
  },
};
