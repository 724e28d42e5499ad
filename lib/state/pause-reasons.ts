/** Reasons of what is journalled of the kill switch itself, and what they mean. The codes are stable. */
export const pauseReasonMeanings = {
  'paused-by-hand': 'Somebody put the kill switch on: the fact `scope` says for what, `by` who it was.',
  'resumed-by-hand': 'Somebody put it off again for that scope. A wider scope that is paused still holds.',
} as const;

export type PauseReason = keyof typeof pauseReasonMeanings;
