import type { Finding } from './decision.ts';
import type { Evaluation, Proposal, Situation } from './situation.ts';

/** Of several proposals the largest result, outwards and inwards alike (EC2 Auto Scaling user guide, multiple policies). */
export const largest = <One extends { readonly desired: number }>(
  proposals: readonly One[],
): One | undefined =>
  proposals.reduce<One | undefined>(
    (best, one) => (best && best.desired >= one.desired ? best : one),
    undefined,
  );

/**
 * What the policies of one target come to. Outwards they may go with what could be read; inwards only when all could
 * be, since the policy that cannot be evaluated may be the one that needs the capacity (HorizontalPodAutoscaler).
 */
export function combine(
  evaluations: readonly Evaluation[],
  { capacity, policy }: Situation,
): { proposal?: Proposal; findings: Finding[] } {
  const proposals = evaluations.flatMap(({ proposal }) => proposal ?? []);
  const best = largest(proposals);
  if (best === undefined || best.desired > capacity.desired)
    return best ? { proposal: best, findings: [] } : { findings: [] };
  if (best.desired === capacity.desired) {
    const lower = proposals.find(({ desired }) => desired < best.desired);
    if (lower === undefined) return { findings: [] };
    const sentence = `${policy.target.id}: policy ${lower.policy} asks for ${lower.desired}, but ${best.policy} for ${best.desired} (${best.why}). The largest counts.`;
    return { findings: [{ reason: 'already-at-desired', outcome: 'held', sentence }] };
  }
  if (!evaluations.some(({ forbidsIn }) => forbidsIn)) return { proposal: best, findings: [] };
  const sentence = `${policy.target.id}: policy ${best.policy} asks for ${best.desired} instead of ${capacity.desired} (${best.why}), but nothing is scaled in while another policy cannot be evaluated.`;
  return { findings: [{ reason: 'metric-unreadable', outcome: 'held', sentence }] };
}
