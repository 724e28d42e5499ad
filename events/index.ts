import * as alarmState from './alarm-state-change.ts';
import * as containerInstance from './container-instance-state-change.ts';
import * as deploymentState from './deployment-state-change.ts';
import * as drainOrder from './drain-order.ts';
import * as imageAction from './ecr-image-action.ts';
import * as imageScan from './ecr-image-scan.ts';
import type { EventPattern, PatternScope } from './envelope.ts';
import * as failoverOrder from './failover-order.ts';
import * as health from './health-scheduled-change.ts';
import * as instanceState from './instance-state-change.ts';
import * as lifecycle from './lifecycle-terminate.ts';
import type { ParsedEvent } from './parsed-event.ts';
import { createReader, type EventKind } from './reader.ts';
import * as rebalance from './rebalance-recommendation.ts';
import type { Reading } from './rejection.ts';
import * as retagOrder from './retag-order.ts';
import * as scaleOrder from './scale-order.ts';
import * as serviceAction from './service-action.ts';
import * as spot from './spot-interruption.ts';
import * as taskState from './task-state-change.ts';

export type EventSourceId =
  | 'lifecycle-terminate'
  | 'spot-interruption'
  | 'rebalance-recommendation'
  | 'instance-state-change'
  | 'health-scheduled-change'
  | 'container-instance-state-change'
  | 'task-state-change'
  | 'drain-order'
  | 'alarm-state-change'
  | 'scale-order'
  | 'service-action'
  | 'placement-failure'
  | 'deployment-state-change'
  | 'task-interruption'
  | 'failover-alarm'
  | 'failover-order'
  | 'ecr-image-action'
  | 'ecr-image-scan'
  | 'inspector-scan'
  | 'gate-deployment'
  | 'retag-order';

/** A kind of event that rules can be made for. Two may be of one type of event, of which each lets another part through. */
export interface EventSource {
  /** Stable: names of rules and sections of the documentation are made of it. */
  readonly id: EventSourceId;
  readonly source: string;
  readonly detailType: string;
  readonly pattern: (scope: PatternScope) => EventPattern;
  readonly parse: (raw: unknown) => Reading<ParsedEvent>;
}

export const sources: readonly EventSource[] = [
  {
    id: 'lifecycle-terminate',
    source: lifecycle.source,
    detailType: lifecycle.detailType,
    pattern: lifecycle.pattern,
    parse: lifecycle.parse,
  },
  {
    id: 'spot-interruption',
    source: spot.source,
    detailType: spot.detailType,
    pattern: spot.pattern,
    parse: spot.parse,
  },
  {
    id: 'rebalance-recommendation',
    source: rebalance.source,
    detailType: rebalance.detailType,
    pattern: rebalance.pattern,
    parse: rebalance.parse,
  },
  {
    id: 'instance-state-change',
    source: instanceState.source,
    detailType: instanceState.detailType,
    pattern: instanceState.pattern,
    parse: instanceState.parse,
  },
  {
    id: 'health-scheduled-change',
    source: health.source,
    detailType: health.detailType,
    pattern: health.pattern,
    parse: health.parse,
  },
  {
    id: 'container-instance-state-change',
    source: containerInstance.source,
    detailType: containerInstance.detailType,
    pattern: containerInstance.pattern,
    parse: containerInstance.parse,
  },
  {
    id: 'task-state-change',
    source: taskState.source,
    detailType: taskState.detailType,
    pattern: taskState.pattern,
    parse: taskState.parse,
  },
  {
    id: 'drain-order',
    source: drainOrder.source,
    detailType: drainOrder.detailType,
    pattern: drainOrder.pattern,
    parse: drainOrder.parse,
  },
  {
    id: 'alarm-state-change',
    source: alarmState.source,
    detailType: alarmState.detailType,
    pattern: alarmState.pattern,
    parse: alarmState.parse,
  },
  {
    id: 'scale-order',
    source: scaleOrder.source,
    detailType: scaleOrder.detailType,
    pattern: scaleOrder.pattern,
    parse: scaleOrder.parse,
  },
  {
    id: 'service-action',
    source: serviceAction.source,
    detailType: serviceAction.detailType,
    pattern: serviceAction.pattern,
    parse: serviceAction.parse,
  },
  {
    id: 'placement-failure',
    source: serviceAction.source,
    detailType: serviceAction.detailType,
    pattern: serviceAction.placementPattern,
    parse: serviceAction.parse,
  },
  {
    id: 'deployment-state-change',
    source: deploymentState.source,
    detailType: deploymentState.detailType,
    pattern: deploymentState.pattern,
    parse: deploymentState.parse,
  },
  {
    id: 'task-interruption',
    source: taskState.source,
    detailType: taskState.detailType,
    pattern: taskState.interruptionPattern,
    parse: taskState.parse,
  },
  {
    id: 'failover-alarm',
    source: alarmState.source,
    detailType: alarmState.detailType,
    pattern: alarmState.watchPattern,
    parse: alarmState.parse,
  },
  {
    id: 'failover-order',
    source: failoverOrder.source,
    detailType: failoverOrder.detailType,
    pattern: failoverOrder.pattern,
    parse: failoverOrder.parse,
  },
  {
    id: 'ecr-image-action',
    source: imageAction.source,
    detailType: imageAction.detailType,
    pattern: imageAction.pattern,
    parse: imageAction.parse,
  },
  {
    id: 'ecr-image-scan',
    ...imageScan.basic,
    pattern: imageScan.basicPattern,
  },
  {
    id: 'inspector-scan',
    ...imageScan.enhanced,
    pattern: imageScan.enhancedPattern,
  },
  {
    id: 'gate-deployment',
    source: deploymentState.source,
    detailType: deploymentState.detailType,
    pattern: deploymentState.completedPattern,
    parse: deploymentState.parse,
  },
  {
    id: 'retag-order',
    source: retagOrder.source,
    detailType: retagOrder.detailType,
    pattern: retagOrder.pattern,
    parse: retagOrder.parse,
  },
];

const kinds: readonly EventKind[] = [
  alarmState,
  containerInstance,
  deploymentState,
  drainOrder,
  failoverOrder,
  health,
  imageAction,
  imageScan.basic,
  imageScan.enhanced,
  instanceState,
  lifecycle,
  rebalance,
  retagOrder,
  scaleOrder,
  serviceAction,
  spot,
  taskState,
];

/** Reads an event of any of the functions. */
export const parseEvent = createReader(kinds);
