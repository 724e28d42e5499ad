import {
  type ClientOptions,
  createBasis,
  createGroundClients,
  type GroundClients,
} from './common-clients.ts';
import type { Ec2Reader } from './ec2.ts';
import type { EcrReader } from './ecr.ts';

/** What failover calls. Apart from the others, so that nothing of it gets into their bundles. */
export interface FailoverClients extends GroundClients {
  /** Loaded on first use: which zones the subnets of a service are in is asked once for each set of subnets. */
  readonly ec2: () => Promise<Ec2Reader>;
  /** Loaded on first use: what a tag points at is asked only before a service is flipped. */
  readonly ecr: () => Promise<EcrReader>;
}

/** The SDK's clients for failover, all under one retry strategy. Makes no call. */
export function createFailoverClients(options: ClientOptions): FailoverClients {
  const basis = createBasis(options);
  let ec2: Promise<Ec2Reader> | undefined;
  let ecr: Promise<EcrReader> | undefined;
  return {
    ...createGroundClients(basis),
    ec2: () => {
      ec2 ??= import('./ec2.ts').then(({ createEc2Reader }) => createEc2Reader(basis.config, basis.retries));
      return ec2;
    },
    ecr: () => {
      ecr ??= import('./ecr.ts').then(({ createEcrReader }) => createEcrReader(basis.config, basis.retries));
      return ecr;
    },
  };
}
