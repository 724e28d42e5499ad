import type { Logger } from '@aws-lambda-powertools/logger';
import * as deploymentState from '../events/deployment-state-change.ts';
import * as imageAction from '../events/ecr-image-action.ts';
import * as imageScan from '../events/ecr-image-scan.ts';
import * as retagOrder from '../events/retag-order.ts';
import type { RetaggingDependencies } from '../lib/retagging/dependencies.ts';
import { createRetagger } from '../lib/retagging/reconcile.ts';
import { createHandler } from './handler.ts';
import { createMapping } from './retag-notices.ts';

export interface RetagHandlerDependencies extends RetaggingDependencies {
  readonly logger: Logger;
}

/** The Lambda handler of retagging: see `createHandler`. */
export function createRetagHandler(deps: RetagHandlerDependencies) {
  return createHandler(deps, {
    capability: 'retagging',
    events: [deploymentState, imageAction, imageScan.basic, imageScan.enhanced, retagOrder],
    orders: retagOrder.detailType,
    mappingOf: createMapping(deps.policy),
    ...createRetagger(deps),
  });
}
