import type { Logger } from '@aws-lambda-powertools/logger';
import * as alarmState from '../events/alarm-state-change.ts';
import * as deploymentState from '../events/deployment-state-change.ts';
import * as failoverOrder from '../events/failover-order.ts';
import * as serviceAction from '../events/service-action.ts';
import * as taskState from '../events/task-state-change.ts';
import type { FailoverDependencies } from '../lib/failover/dependencies.ts';
import { createFailover } from '../lib/failover/reconcile.ts';
import { toArrivals } from './failover-notices.ts';
import { createHandler } from './handler.ts';

export interface FailoverHandlerDependencies extends FailoverDependencies {
  readonly logger: Logger;
}

/** The Lambda handler of failover: see `createHandler`. */
export function createFailoverHandler(deps: FailoverHandlerDependencies) {
  return createHandler(deps, {
    capability: 'failover',
    events: [alarmState, deploymentState, failoverOrder, serviceAction, taskState],
    orders: failoverOrder.detailType,
    mappingOf: (event) => toArrivals(event, deps.policy),
    ...createFailover(deps),
  });
}
