import type { ScalingReason } from './reasons.ts';

/** What each reason means, for docs/reason-codes.md and the command line. */
export const scalingReasonMeanings: Readonly<Record<ScalingReason, string>> = {
  'scaled-out': 'The count was raised. The sentence names the policy and the metric it went by.',
  'scaled-in': 'The count was lowered. The sentence names the policy and the metric it went by.',
  'scheduled-change': 'A schedule moved the count, or the count had to come within the bounds it set.',
  ordered: 'Somebody’s order moved the count, or the count is what was ordered already.',
  'order-out-of-bounds':
    'An order asks for less than the min or more than the max that hold now. It is not followed, not even as far as the bound.',
  'order-expired': 'An order could not be carried out within an hour of when it was given, and is over.',
  'order-superseded':
    'A newer order for the same target has taken the place of this one, or came before it did.',
  'order-repeated': 'The same order was taken in before; nothing is done twice.',
  'intent-replayed':
    'A change that was decided before, and perhaps not applied, was applied once more. The count is absolute, so nothing is added twice.',
  'already-at-desired': 'What the policies ask for is covered by the present count.',
  'already-at-max': 'A policy asks for more than `max`, and the count is there already.',
  'already-at-min': 'A policy asks for fewer than `min`, and the count is there already.',
  'no-matching-step': 'The alarm is in ALARM, but no step covers the metric as it is now.',
  'alarm-not-in-alarm': 'When it was looked at again, the alarm was not in ALARM any more.',
  'alarm-missing': 'CloudWatch has no alarm of that name. Nothing is scaled in until it exists.',
  'alarm-differs-from-policy':
    'The alarm in CloudWatch has another threshold than the policy file, and counts; or another comparison, and its policy does nothing.',
  'alarm-test': 'Somebody set the alarm’s state by hand. Its metric as it is now decides.',
  'alarm-repeated': 'The same alarm transition was handled before; nothing is done twice.',
  'no-datapoints':
    'The metric has no datapoint, so there is nothing to go by. `noData` says what an alarm does then.',
  'metric-unreadable': 'A metric could not be read. Nothing is scaled in until it can; scaling out goes on.',
  'metric-recovered': 'Every metric can be read again.',
  'within-tolerance': 'The metric is as near to its target value as the tolerance asks.',
  'cooldown-out': 'The last scale-out is given its cooldown to show. A larger step adds only the difference.',
  'cooldown-in': 'Nothing more is scaled in until the cooldown of the last scale-in is over.',
  'warming-up': 'Nothing is scaled in while instances of the group warm up.',
  'deployment-in-progress': 'Nothing is scaled in while the service is being deployed.',
  stabilising: 'The change is not yet asked for during the whole stabilisation window.',
  'rate-limited': 'The rates of the policy allow less change within their period.',
  'change-limited': '`limits.perChange` allows less in one change.',
  'hourly-limit': '`limits.perHour` allows less within an hour.',
  'anticipated-flapping':
    'With the same load on fewer, the metric would cross the threshold for scaling out at once.',
  frozen: 'A freeze of the policy forbids the change until it ends.',
  suspended: 'Changes of the target are suspended in AWS, so that this one would have no effect.',
  'other-owner': 'Somebody else scales the target too, and the policy says `otherOwner: refuse`.',
  'instances-protected':
    'Instances are protected from scale-in, so that fewer can go than asked for, or none.',
  'schedule-missed':
    'A run of a schedule was missed for longer than its `makeUp`, or would have set min above max. It is not made up for.',
  'target-missing': 'The service or group does not exist or is being deleted.',
  'action-failed': 'AWS refused the change. The sentence names the error and the remedy.',
  throttled: 'AWS throttled a call beyond its retries; the schedule tries again within a minute.',
  'access-denied': 'The role lacks a permission. The sentence names the action.',
  'observing-failed': 'What is true could not be read, so nothing was decided.',
  paused: 'The kill switch is on. Nothing is changed until it is off.',
};
