/**
 * Why retagging did what it did, or did not. The codes are stable: people filter journals and alarms by them.
 * `notable` ones go to the event bus and the table as well as to the log. Meanings: reason-meanings.ts.
 */
export const retaggingReasons = {
  // done
  promoted: 'notable',
  'rolled-back': 'notable',
  approved: 'notable',
  copied: 'notable',
  'deployment-started': 'notable',
  'already-there': 'routine',
  'moved-by-others': 'notable',
  healed: 'notable',
  released: 'notable',
  // waits
  'too-young': 'routine',
  'scan-pending': 'routine',
  'waiting-for-approval': 'notable',
  'not-running-there': 'routine',
  'not-yet-scheduled': 'routine',
  activating: 'routine',
  'event-repeated': 'routine',
  'own-write': 'routine',
  'intent-replayed': 'notable',
  // will not
  'no-matching-image': 'routine',
  'older-than-current': 'notable',
  'findings-exceed': 'notable',
  'scan-without-result': 'notable',
  'not-signed': 'notable',
  'rejected-before': 'routine',
  'source-tag-moved': 'routine',
  'image-gone': 'notable',
  archived: 'notable',
  'tag-immutable': 'notable',
  'digest-mismatch': 'notable',
  'nothing-to-roll-back-to': 'notable',
  'order-not-applicable': 'notable',
  'copy-too-large': 'notable',
  'too-many-tags': 'notable',
  'pinned-by-digest': 'notable',
  'tag-not-used-by-service': 'notable',
  'service-not-deployable': 'notable',
  // warnings
  'due-to-expire': 'notable',
  'tags-nearly-used-up': 'notable',
  'pull-through-cache-tag': 'notable',
  // everything
  paused: 'routine',
  throttled: 'routine',
  'access-denied': 'notable',
  'observing-failed': 'notable',
  'acting-failed': 'notable',
  'action-refused': 'notable',
} as const satisfies Record<string, 'notable' | 'routine'>;

export type RetaggingReason = keyof typeof retaggingReasons;
