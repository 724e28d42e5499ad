import {
  type ClientOptions,
  type CommonClients,
  createBasis,
  createCommonClients,
} from './common-clients.ts';
import type { Ec2Reader } from './ec2.ts';

/** What capacity calls. Apart from the others, so that nothing of it gets into their bundles. */
export interface CapacityClients extends CommonClients {
  /** Loaded on first use: what EC2 tells of instances and types does not change, and is asked once for each. */
  readonly ec2: () => Promise<Ec2Reader>;
}

/** The SDK's clients for capacity, all under one retry strategy. Makes no call. */
export function createCapacityClients(options: ClientOptions): CapacityClients {
  const basis = createBasis(options);
  let ec2: Promise<Ec2Reader> | undefined;
  return {
    ...createCommonClients(basis),
    ec2: () => {
      ec2 ??= import('./ec2.ts').then(({ createEc2Reader }) => createEc2Reader(basis.config, basis.retries));
      return ec2;
    },
  };
}
