import { ignoreReasons } from '../functions/ignore-reasons.ts';
import { capacityReasons } from '../lib/capacity/reasons.ts';
import { drainingReasons } from '../lib/draining/reasons.ts';
import { failoverReasons } from '../lib/failover/reasons.ts';
import { retaggingReasons } from '../lib/retagging/reasons.ts';
import { scalingReasons } from '../lib/scaling/reasons.ts';
import { pauseReasonMeanings } from '../lib/state/pause-reasons.ts';

/** Every reason code that a journal entry in the table may have. */
export const allReasons = (): string[] => [
  ...new Set(
    [
      drainingReasons,
      scalingReasons,
      failoverReasons,
      retaggingReasons,
      capacityReasons,
      pauseReasonMeanings,
      ignoreReasons,
    ].flatMap((catalogue) => Object.keys(catalogue)),
  ),
];
