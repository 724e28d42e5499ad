import type { Logger } from '@aws-lambda-powertools/logger';
import * as serviceAction from '../events/service-action.ts';
import { createCapacity } from '../lib/capacity/reconcile.ts';
import type { CapacityDependencies } from '../lib/capacity/worker.ts';
import { toArrivals } from './capacity-notices.ts';
import { createHandler } from './handler.ts';

export interface CapacityHandlerDependencies extends Omit<CapacityDependencies, 'cache'> {
  readonly logger: Logger;
}

/** The Lambda handler of capacity: see `createHandler`. */
export function createCapacityHandler(deps: CapacityHandlerDependencies) {
  return createHandler(deps, {
    capability: 'capacity',
    events: [serviceAction],
    mappingOf: (event) => toArrivals(event, deps.policy),
    ...createCapacity(deps),
  });
}
