import { takesNoResource } from './evaluator.ts';
import type { Permission } from './permissions.ts';
import { type Reason, wildcardReason } from './reasons.ts';

/** An action on resources that a statement does not name. */
export interface Wildcard {
  readonly action: string;
  /** As in a reason: `service/NAME/*`; without a reason, as it is in a role. */
  readonly resource: string;
  /** Undefined: there is no reason. */
  readonly why: string | undefined;
  readonly reason: Reason | undefined;
}

/** Each wildcard of the permissions, sorted; names in them do not matter. */
export async function wildcardsOf(permissions: readonly Permission[]): Promise<readonly Wildcard[]> {
  const found = new Map<string, Wildcard>();
  for (const { action, patterns } of permissions) {
    for (const pattern of patterns.filter((text) => text.includes('*'))) {
      const wildcard = await wildcardOf(action, resourceOf(pattern));
      found.set(`${action} ${wildcard.resource}`, wildcard);
    }
  }
  return [...found].toSorted(([a], [b]) => a.localeCompare(b)).map(([, wildcard]) => wildcard);
}

async function wildcardOf(action: string, resource: string): Promise<Wildcard> {
  if (resource === '*' && (await takesNoResource(action))) {
    return { action, resource, why: 'no resource type (Service Authorization Reference)', reason: undefined };
  }
  const reason = wildcardReason(action, resource);
  const shape = reason?.of.split(' ')[1] ?? resource;
  return { action, resource: shape, why: reason?.why, reason };
}

/** Without partition, service, Region and account, if these are fixed. */
const resourceOf = (arn: string): string =>
  arn.replace(/^arn:aws:[^:*]+:[^:*]*:\d*:/, '').replace(/^arn:aws:/, '');
