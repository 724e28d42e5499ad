import type { RetaggingReason } from '../../lib/retagging/reasons.ts';
import type { Sayings } from '../sayings.ts';

/** How each decision on one tag is told. */
export const sayings: Sayings<RetaggingReason> = {
  activating: ['held', 'held: digest', 'held: orderedBy'],
  'already-there': ['done', 'done: orderedBy'],
  archived: ['refused', 'refused: digest', 'refused: orderedBy'],
  'due-to-expire': ['held: digest'],
  'findings-exceed': ['refused: digest', 'refused: digest, orderedBy'],
  healed: ['acted: digest'],
  'image-gone': ['refused', 'refused: digest'],
  'intent-replayed': ['acted: digest', 'acted: digest, previous', 'done'],
  'moved-by-others': ['done'],
  'no-matching-image': ['ignored'],
  'not-yet-scheduled': ['held: digest'],
  'nothing-to-roll-back-to': ['refused: orderedBy'],
  'older-than-current': ['refused: digest'],
  'order-not-applicable': ['refused', 'refused: orderedBy'],
  'own-write': ['held'],
  promoted: [
    'acted: digest',
    'acted: digest, previous',
    'acted: digest, orderedBy',
    'acted: digest, previous, orderedBy',
  ],
  'rejected-before': ['refused: digest'],
  'rolled-back': ['acted: digest, orderedBy', 'acted: digest, previous, orderedBy'],
  'source-tag-moved': ['ignored: digest'],
  'tag-immutable': ['refused: digest'],
  'too-many-tags': ['refused: digest', 'refused: digest, orderedBy'],
  'too-young': ['held: digest', 'held: digest, orderedBy'],
  'waiting-for-approval': ['held: digest, orderedBy'],
};
