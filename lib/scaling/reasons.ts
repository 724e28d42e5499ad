/**
 * Every reason that scaling gives, and how much it weighs: see `JournalEntry`. The codes are stable: people filter
 * and alarm on them. What they mean stands in reason-meanings.ts, which the functions do not load.
 */
export const scalingReasons = {
  'scaled-out': 'notable',
  'scaled-in': 'notable',
  'scheduled-change': 'notable',
  'intent-replayed': 'notable',
  'already-at-desired': 'routine',
  'already-at-max': 'notable',
  'already-at-min': 'notable',
  'no-matching-step': 'notable',
  'alarm-not-in-alarm': 'routine',
  'alarm-missing': 'notable',
  'alarm-differs-from-policy': 'notable',
  'alarm-test': 'notable',
  'no-datapoints': 'notable',
  'metric-unreadable': 'notable',
  'metric-recovered': 'routine',
  'within-tolerance': 'routine',
  'cooldown-out': 'notable',
  'cooldown-in': 'notable',
  'warming-up': 'notable',
  'deployment-in-progress': 'notable',
  stabilising: 'notable',
  'rate-limited': 'notable',
  'change-limited': 'notable',
  'hourly-limit': 'notable',
  'anticipated-flapping': 'notable',
  frozen: 'notable',
  suspended: 'notable',
  'other-owner': 'notable',
  'instances-protected': 'notable',
  'schedule-missed': 'notable',
  'target-missing': 'notable',
  'action-failed': 'notable',
  throttled: 'notable',
  'access-denied': 'notable',
  'observing-failed': 'notable',
  paused: 'notable',
} as const satisfies Record<string, 'notable' | 'routine'>;

export type ScalingReason = keyof typeof scalingReasons;
