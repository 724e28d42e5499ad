import Table from 'cli-table3';
import type { Judged } from './authorise.ts';
import type { ByHand } from './by-hand.ts';
import { check, type Outcome } from './outcome.ts';
import { keyOf, type Permission, usedIn } from './permissions.ts';
import { matches, refuseStale, unusedOnPurpose, wildcardReasons } from './reasons.ts';
import { usual } from './request.ts';
import type { Wildcard } from './wildcards.ts';

/** What was called, and what IAM says of it. */
export function showCalls(judged: readonly Judged[]): string {
  const table = tableOf([
    'role',
    'call',
    'IAM action, where it has another name',
    'calls',
    'requests',
    'denied',
  ]);
  const rows = Map.groupBy(
    judged,
    ({ role, operation, request }) => `${role.name} ${operation} ${request?.action ?? 'unreadable'}`,
  );
  for (const [key, all] of [...rows].toSorted(([a], [b]) => a.localeCompare(b))) {
    const [role, operation = '', action = ''] = key.split(' ');
    const denied = all.filter(({ verdict }) => verdict.kind !== 'allowed').length;
    const calls = all.reduce((sum, one) => sum + one.calls, 0);
    const isSame = operation.split(':')[1] === action.split(':')[1];
    table.push([role, operation, isSame ? '' : action, calls, all.length, denied]);
  }
  const calls = judged.reduce((sum, one) => sum + one.calls, 0);
  const worlds = new Set(judged.map(({ scenario }) => scenario)).size;
  return `${calls} requests of IAM, ${judged.length} of them different, in ${worlds} worlds\n${table}`;
}

export interface JudgedByHand extends ByHand {
  readonly judged: readonly Judged[];
}

/** What no world leads to. A call that one does lead to needs no hand. */
export function showByHand(
  hand: readonly JudgedByHand[],
  permissions: readonly Permission[],
  outcome: Outcome,
): string {
  const table = tableOf(['role', 'called by hand', 'because no world leads to it']);
  for (const { why, judged, place } of hand) {
    const [first] = judged;
    if (first === undefined) continue;
    const used = usedIn(judged);
    // Worlds are in one Region.
    const isElsewhere = place.region !== usual.region;
    const needed = isElsewhere || permissions.some((one) => one.by === 'hand' && used.has(keyOf(one)));
    table.push([first.role.name, first.operation, why]);
    check(outcome, needed, () => {
      return `${first.operation} of ${first.role.name} is made by a world, too: take it out of test/iam/by-hand.ts.`;
    });
  }
  return `\n${hand.length} calls by hand\n${table}`;
}

/** What is allowed and nobody needs, by the reason for which it is there. */
export function showUnused(permissions: readonly Permission[], outcome: Outcome): string {
  const table = tableOf(['allowed, and used by nothing', 'permissions', 'why']);
  const unused = permissions.filter(({ by }) => by === undefined).map(keyOf);
  const rows = Map.groupBy(unused, (key) => unusedOnPurpose.find((one) => matches(one.of, key)));
  for (const [reason, keys] of rows) {
    for (const what of reason === undefined ? keys : [reason.of]) {
      table.push([what, reason === undefined ? 1 : keys.length, reason?.why ?? 'NO REASON']);
    }
    if (reason !== undefined) continue;
    const remedy = 'take it out of the role, play a world that needs it, or say why in test/iam/reasons.ts';
    for (const key of keys) outcome.failures.push(`${key} is allowed and nothing uses it: ${remedy}.`);
  }
  refuseStale(unusedOnPurpose, new Set([...rows.keys()].flatMap((one) => one ?? [])), outcome);
  outcome.passed += permissions.length - (rows.get(undefined)?.length ?? 0);
  const of = `${permissions.length} permissions (role, statement, action, type of resource)`;
  return `\n${of}, ${unused.length} unused\n${table}`;
}

/** Wildcards of resources, with what AWS says for them. */
export function showWildcards(wildcards: readonly Wildcard[], outcome: Outcome): string {
  const table = tableOf(['action', 'resource with a wildcard', 'why']);
  for (const { action, resource, why } of wildcards) {
    table.push([action, resource, why ?? 'NO REASON']);
    const remedy = 'name the resource in lib/policy, or say why not in test/iam/reasons.ts';
    check(outcome, why !== undefined, () => {
      return `${action} on ${resource} has no reason for the wildcard: ${remedy}.`;
    });
  }
  const needed = new Set(wildcards.flatMap(({ reason }) => reason ?? []));
  refuseStale(wildcardReasons, needed, outcome);
  return `\n${wildcards.length} wildcards (action, kind of resource)\n${table}`;
}

function tableOf(head: string[]) {
  return new Table({ head, style: { head: [], border: [], compact: true } });
}
