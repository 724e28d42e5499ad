import type * as alarmState from './alarm-state-change.ts';
import type * as containerInstance from './container-instance-state-change.ts';
import type * as deploymentState from './deployment-state-change.ts';
import type * as drainOrder from './drain-order.ts';
import type * as imageAction from './ecr-image-action.ts';
import type * as imageScan from './ecr-image-scan.ts';
import type * as failoverOrder from './failover-order.ts';
import type * as health from './health-scheduled-change.ts';
import type * as instanceState from './instance-state-change.ts';
import type * as lifecycle from './lifecycle-terminate.ts';
import type * as rebalance from './rebalance-recommendation.ts';
import type * as retagOrder from './retag-order.ts';
import type * as scaleOrder from './scale-order.ts';
import type * as tick from './schedule-tick.ts';
import type * as serviceAction from './service-action.ts';
import type * as spot from './spot-interruption.ts';
import type * as taskState from './task-state-change.ts';

/** Every event that any of the functions reads. */
export type ParsedEvent =
  | lifecycle.LifecycleTerminate
  | lifecycle.LifecycleTest
  | spot.SpotInterruption
  | rebalance.RebalanceRecommendation
  | instanceState.InstanceStateChange
  | health.HealthScheduledChange
  | containerInstance.ContainerInstanceStateChange
  | taskState.TaskStateChange
  | drainOrder.DrainOrder
  | alarmState.AlarmStateChange
  | scaleOrder.ScaleOrder
  | serviceAction.ServiceAction
  | deploymentState.DeploymentStateChange
  | failoverOrder.FailoverOrder
  | imageAction.EcrImageAction
  | imageScan.EcrImageScan
  | retagOrder.RetagOrder
  | tick.ScheduleTick;
