import type { EpochMs } from '../../../lib/clock.ts';
import type { Capability } from '../../../lib/journal/journal.ts';
import type { Observed } from '../oracle.ts';

export interface Pauses {
  /** Asks the kill switch; what it answers is known at the next step. */
  readonly look: () => void;
  /** Since when all of a capability has been paused; undefined if it is not. */
  readonly since: (capability: Capability) => EpochMs | undefined;
  /** When any part of it was last seen paused; the beginning of time if never. */
  readonly last: (capability: Capability) => EpochMs;
}

/** What the kill switch has stopped, and when. */
export function watchPauses({ world, deployment }: Observed): Pauses {
  let began = new Map<string, EpochMs>();
  const lasts = new Map<string, EpochMs>();
  return {
    look: () => {
      void deployment.store.paused().then((scopes) => {
        const now = world.now();
        began = new Map([...scopes].map((scope) => [scope, began.get(scope) ?? now]));
        for (const scope of scopes) lasts.set(scope.split('/')[0] ?? '', now);
      });
    },
    since: (capability) => began.get('all') ?? began.get(capability),
    last: (capability) => Math.max(lasts.get('all') ?? 0, lasts.get(capability) ?? 0),
  };
}
