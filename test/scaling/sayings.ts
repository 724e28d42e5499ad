import type { ScalingReason } from '../../lib/scaling/reasons.ts';
import type { Sayings } from '../sayings.ts';

/** How each decision on one target is told. */
export const sayings: Sayings<ScalingReason> = {
  'alarm-differs-from-policy': ['held: policy', 'refused: policy'],
  'alarm-missing': ['refused: policy'],
  'alarm-not-in-alarm': ['done: policy'],
  'already-at-desired': [
    'done: policy, metric, target, desired',
    'held',
    'held: policy, desired, running',
    'held: policy, messages, wanted',
  ],
  'already-at-max': [
    'held: policy, desired, running',
    'held: policy, messages, wanted',
    'held: policy, metric, target, desired',
  ],
  'already-at-min': [
    'held: policy, desired, running',
    'held: policy, messages, wanted',
    'held: policy, metric, target, desired',
  ],
  'anticipated-flapping': ['held: from, wanted'],
  'change-limited': ['held: from, wanted, allowed'],
  'cooldown-in': ['held: from, wanted'],
  'cooldown-out': ['held: from, wanted', 'held: policy, desired, running'],
  'deployment-in-progress': ['held: from, wanted'],
  frozen: ['held: from, wanted'],
  'hourly-limit': ['held: from, wanted, allowed'],
  'instances-protected': ['held: from, wanted, allowed'],
  'intent-replayed': ['acted'],
  'metric-recovered': ['done'],
  'metric-unreadable': ['failed: policy', 'held'],
  'no-datapoints': ['held: policy'],
  'no-matching-step': ['held: policy, metric, threshold'],
  'other-owner': ['refused: from, wanted'],
  'rate-limited': ['held: policy, metric, target, desired'],
  'scaled-in': ['acted: from, to, policy'],
  'scaled-out': ['acted: from, to, policy'],
  'schedule-missed': ['refused'],
  'scheduled-change': ['acted: from, to, by'],
  stabilising: ['held: policy, metric, target, desired'],
  suspended: ['held: from, wanted'],
  'target-missing': ['refused'],
  'warming-up': ['held: from, wanted'],
  'within-tolerance': ['done: policy, metric, target, desired'],
};
