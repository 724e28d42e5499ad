import { ECRClient } from '@aws-sdk/client-ecr';
import {
  type ClientOptions,
  createBasis,
  createGroundClients,
  type GroundClients,
} from './common-clients.ts';

/** What retagging calls. Apart from the others, so that nothing of it gets into their bundles. */
export interface RetaggingClients extends GroundClients {
  /** Of a Region; without one, or with null, of the function's own. Others are made on first use. */
  readonly ecr: (region?: string | null) => ECRClient;
}

/** The SDK's clients for retagging, those of one Region under one retry strategy. Makes no call. */
export function createRetaggingClients(options: ClientOptions): RetaggingClients {
  const basis = createBasis(options);
  const clients = new Map([[options.region, createEcr(basis)]]);
  return {
    ...createGroundClients(basis),
    ecr(region) {
      const name = region ?? options.region;
      // Each Region has limits of its own, so that what throttles one does not slow down another.
      const client = clients.get(name) ?? createEcr(createBasis({ ...options, region: name }));
      clients.set(name, client);
      return client;
    },
  };
}

function createEcr({ config, retries }: ReturnType<typeof createBasis>): ECRClient {
  const client = new ECRClient(config);
  retries.watch(client);
  return client;
}
