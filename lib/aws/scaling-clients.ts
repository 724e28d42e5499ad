import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ScalableTargetReader } from './application-auto-scaling.ts';
import {
  type ClientOptions,
  type CommonClients,
  createBasis,
  createCommonClients,
} from './common-clients.ts';

/** What scaling calls. Apart from clients.ts, so that nothing of it gets into the bundle of draining. */
export interface ScalingClients extends CommonClients {
  readonly cloudWatch: CloudWatchClient;
  /** Loaded on first use: asked at most once in ten minutes, and never where no policy names a service. */
  readonly applicationAutoScaling: () => Promise<ScalableTargetReader>;
}

/** The SDK's clients for scaling, all under one retry strategy. Makes no call. */
export function createScalingClients(options: ClientOptions): ScalingClients {
  const basis = createBasis(options);
  const cloudWatch = new CloudWatchClient(basis.config);
  basis.retries.watch(cloudWatch);
  let scalableTargets: Promise<ScalableTargetReader> | undefined;
  return {
    ...createCommonClients(basis),
    cloudWatch,
    applicationAutoScaling: () => {
      scalableTargets ??= import('./application-auto-scaling.ts').then(({ createScalableTargetReader }) =>
        createScalableTargetReader(basis.config, basis.retries),
      );
      return scalableTargets;
    },
  };
}
