import { parsePolicy } from '../../lib/policy/load.ts';
import type { Step } from '../../lib/scaling/policy.ts';

/** Whether the policy file takes steps of this shape, for an alarm on their side of the threshold. */
export function areAccepted(steps: readonly Step[]): boolean {
  const isBelow = steps.some(({ lower, upper }) => (lower ?? 0) < 0 || (upper ?? 1) <= 0);
  const alarm = { metric: 'cpu', threshold: 50, comparison: isBelow ? '<' : '>=' };
  const inFile = steps.map(({ lower, upper, adjustment }) => ({
    ...(lower === null ? {} : { from: lower }),
    ...(upper === null ? {} : { to: upper }),
    by: adjustment,
  }));
  const policies = { one: { step: { alarm: 'one', steps: inFile, cooldown: '1m' } } };
  const services = { 'prod/web': { min: 1, max: 9, policies } };
  const file = { version: 1, scaling: { alarms: { one: alarm }, services } };
  return parsePolicy(JSON.stringify(file), 'policy.yml').ok;
}
