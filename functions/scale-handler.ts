import type { Logger } from '@aws-lambda-powertools/logger';
import * as alarmState from '../events/alarm-state-change.ts';
import * as scaleOrder from '../events/scale-order.ts';
import { createScaler } from '../lib/scaling/reconcile.ts';
import type { ScalingDependencies } from '../lib/scaling/worker.ts';
import { createHandler } from './handler.ts';
import { toArrivals } from './scale-notices.ts';

export interface ScaleHandlerDependencies extends Omit<ScalingDependencies, 'known'> {
  readonly logger: Logger;
}

/** The Lambda handler of scaling: see `createHandler`. */
export function createScaleHandler(deps: ScaleHandlerDependencies) {
  return createHandler(deps, {
    capability: 'scaling',
    events: [alarmState, scaleOrder],
    orders: scaleOrder.detailType,
    mappingOf: (event) => toArrivals(event, deps.policy),
    ...createScaler(deps),
  });
}
