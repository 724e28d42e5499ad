import type { ConsolidationState } from './state.ts';
import type { HostView } from './view.ts';

/** Whether Auto Scaling terminates or detaches it: Terminating:Wait and Detached among them. */
export const isEnding = ({ lifecycleState }: HostView) => /^(Terminat|Detach)/.test(lifecycleState);

/**
 * What shows that an instance is on its way out, whoever decided it; undefined: nothing does. Such an instance is no
 * capacity, though it still runs: counted as such, the last good ones would be drained after it (omerxx/ecscale#6).
 */
export function wayOut(host: HostView, state: ConsolidationState): string | undefined {
  if (host.status === 'DRAINING' || host.status === 'DEREGISTERING') return host.status;
  if (isEnding(host)) return host.lifecycleState;
  const ours = state.leaving[host.id];
  return ours === undefined ? undefined : `${ours.phase}, by our decision`;
}
