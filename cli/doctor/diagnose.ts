import { type Check, type Finding, type Policy, SEVERITIES, type Severity } from './finding.ts';
import type { Action } from './reads.ts';
import type { Snapshot } from './snapshot.ts';

/** A check that a cluster was spared, since a call that it needs was not answered. */
export interface NotChecked {
  readonly check: string;
  readonly cluster: string;
  readonly needs: readonly Action[];
  /** Why, one sentence for each call. */
  readonly why: readonly string[];
}

export interface Diagnosis {
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
}

/** What the checks say of the clusters. A thing of two clusters, such as a repository, is named once. */
export function diagnose(
  snapshots: readonly Snapshot[],
  policy: Policy,
  checks: readonly Check[],
): Diagnosis {
  const parts = snapshots.flatMap((snapshot) => checks.map((check) => examine(check, snapshot, policy)));
  const findings = new Map(
    parts
      .flatMap((part) => part.findings)
      .map((finding) => [JSON.stringify([finding.check, finding.resource, finding.problem]), finding]),
  );
  return {
    findings: [...findings.values()].sort((a, b) => rank(a.severity) - rank(b.severity)),
    notChecked: parts.flatMap((part) => part.notChecked),
  };
}

const rank = (severity: Severity) => SEVERITIES.indexOf(severity);

/** Whether a severity is at least as bad as another. */
export const isAtLeast = (severity: Severity, least: Severity) => rank(severity) <= rank(least);

function examine(check: Check, snapshot: Snapshot, policy: Policy): Diagnosis {
  const { id, severity, document } = check;
  const { cluster, unread } = snapshot;
  const needs = [...new Set(check.reads)].filter((action) => unread.has(action));
  if (needs.length > 0) {
    const why = needs.flatMap((action) => unread.get(action) ?? []);
    return { findings: [], notChecked: [{ check: id, cluster, needs, why }] };
  }
  const findings = check
    .find(snapshot, policy)
    .map((found) => ({ severity, ...found, check: id, cluster, document }));
  return { findings, notChecked: [] };
}
