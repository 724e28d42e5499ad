import type { Logger } from '@aws-lambda-powertools/logger';
import * as containerInstance from '../events/container-instance-state-change.ts';
import * as drainOrder from '../events/drain-order.ts';
import * as health from '../events/health-scheduled-change.ts';
import * as instanceState from '../events/instance-state-change.ts';
import * as lifecycle from '../events/lifecycle-terminate.ts';
import * as rebalance from '../events/rebalance-recommendation.ts';
import * as spot from '../events/spot-interruption.ts';
import * as taskState from '../events/task-state-change.ts';
import { createDrainer } from '../lib/draining/reconcile.ts';
import type { Standing } from '../lib/draining/sweep.ts';
import type { DrainDependencies } from '../lib/draining/worker.ts';
import { toArrivals } from './drain-notices.ts';
import { createHandler } from './handler.ts';

export interface DrainHandlerDependencies extends DrainDependencies {
  readonly logger: Logger;
  /** Publishes how the drains of each cluster stand, once a minute. */
  readonly report: (standing: Standing) => void;
}

/** The Lambda handler of draining: see `createHandler`. */
export function createDrainHandler(deps: DrainHandlerDependencies) {
  const { handle, tick } = createDrainer(deps);
  return createHandler(deps, {
    capability: 'draining',
    events: [containerInstance, drainOrder, health, instanceState, lifecycle, rebalance, spot, taskState],
    orders: drainOrder.detailType,
    mappingOf: (event) => toArrivals(event, deps.policy),
    handle,
    tick: (invocation) => tick(invocation, deps.report),
  });
}
