import {
  type ClientOptions,
  type CommonClients,
  createBasis,
  createCommonClients,
} from './common-clients.ts';
import type { Ec2Reader } from './ec2.ts';

/** What draining and capacity call. */
export interface AwsClients extends CommonClients {
  /** Loaded on first use: the EC2 client is larger than the others together, and most invocations do not need it. */
  readonly ec2: () => Promise<Ec2Reader>;
}

/** The SDK's clients for draining and capacity, all under one retry strategy. Makes no call. */
export function createClients(options: ClientOptions): AwsClients {
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
