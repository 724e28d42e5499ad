import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type ClientOptions, createBasis, createCommonClients } from '../../lib/aws/common-clients.ts';

/** What a doctor reads from. The last three are loaded on first use, as many clusters need none of them. */
export interface DoctorClients {
  readonly ecs: ECSClient;
  readonly autoScaling: AutoScalingClient;
  readonly ec2: () => Promise<EC2Client>;
  readonly ecr: () => Promise<ECRClient>;
  readonly loadBalancing: () => Promise<ElasticLoadBalancingV2Client>;
}

/** The SDK's clients under one retry strategy. Makes no call. */
export function createDoctorClients(options: ClientOptions): DoctorClients {
  const basis = createBasis(options);
  const { config, retries } = basis;
  const { ecs, autoScaling } = createCommonClients(basis);
  const lazy = <Client extends { readonly middlewareStack: unknown }>(load: () => Promise<Client>) => {
    let client: Promise<Client> | undefined;
    const create = async () => {
      const made = await load();
      retries.watch(made);
      return made;
    };
    return () => {
      client ??= create();
      return client;
    };
  };
  return {
    ecs,
    autoScaling,
    ec2: lazy(async () => new (await import('@aws-sdk/client-ec2')).EC2Client(config)),
    ecr: lazy(async () => new (await import('@aws-sdk/client-ecr')).ECRClient(config)),
    loadBalancing: lazy(
      async () =>
        new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2Client(config),
    ),
  };
}
