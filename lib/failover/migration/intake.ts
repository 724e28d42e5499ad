import type { Heard } from '../notice.ts';
import type { MigrationRecord } from '../record.ts';
import type { MigrationFinding } from './decision.ts';

export const newMigrationRecord = (cluster: string): MigrationRecord => ({
  kind: 'migration',
  cluster,
  moved: [],
});

/** The record with the orders of its inbox taken in: `reset` lets it go on. Pure; to take one in twice changes nothing. */
export function takeIn(
  record: MigrationRecord,
  inbox: readonly Heard[],
): { readonly record: MigrationRecord; readonly findings: readonly MigrationFinding[] } {
  let next = record;
  const findings: MigrationFinding[] = [];
  for (const { notice } of inbox) {
    if (notice.kind !== 'order') continue;
    if (notice.verb === 'reset' && next.stopped) {
      const { stopped: _, lastReason: __, ...rest } = next;
      next = rest;
      continue;
    }
    const why =
      notice.verb === 'reset'
        ? 'it does not stand still'
        : `a migration can only be reset, and not ${notice.verb}`;
    const sentence = `The order ${notice.verb} by ${notice.by} changes nothing about the migration of cluster ${record.cluster}: ${why}.`;
    findings.push({ reason: 'order-not-applicable', outcome: 'refused', sentence });
  }
  return { record: next, findings };
}
