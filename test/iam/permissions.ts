import type { Judged } from './authorise.ts';
import type { RolePolicy, RoleStatement } from './roles.ts';

/** An action that a statement allows on a type of resource. Names in one policy or another do not matter. */
export interface Permission {
  readonly role: string;
  readonly sid: string;
  readonly action: string;
  /** `ecs:task`, or `any` of `*`. */
  readonly type: string;
  /** The patterns that it comes with, in one policy or another. */
  readonly patterns: readonly string[];
  /** Condition keys, always the same for a statement. */
  readonly conditions: readonly string[];
  /** What needs it; undefined: nothing does. */
  readonly by: 'a world' | 'hand' | undefined;
}

/** Every permission of the roles, sorted, and whether a request was let through by it. */
export function permissionsIn(
  roles: ReadonlySet<RolePolicy>,
  played: readonly Judged[],
  hand: readonly Judged[],
): readonly Permission[] {
  const [inWorlds, byHand] = [usedIn(played), usedIn(hand)];
  const found = [...roles].flatMap(({ name, document }) =>
    document.Statement.flatMap((statement) => permissionsOf(name, statement)),
  );
  const byKey = Map.groupBy(found, keyOf);
  return [...byKey]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, same]) => {
      const [first] = same;
      if (first === undefined) return [];
      const by = inWorlds.has(key) ? 'a world' : byHand.has(key) ? 'hand' : undefined;
      return [{ ...first, patterns: [...new Set(same.flatMap(({ patterns }) => patterns))].toSorted(), by }];
    });
}

type Allowed = Omit<Permission, 'by'>;

const permissionsOf = (role: string, { Sid, Action, Resource, Condition }: RoleStatement): Allowed[] =>
  Action.flatMap((action) =>
    Resource.map((pattern) => ({
      role,
      sid: Sid,
      action,
      type: typeOf(pattern),
      patterns: [pattern],
      conditions: conditionKeys(Condition),
    })),
  );

const conditionKeys = (condition: unknown): string[] =>
  typeof condition === 'object' && condition !== null
    ? [...new Set(Object.values(condition).flatMap((keys) => Object.keys(Object(keys))))]
    : [];

/** The keys of what the judged requests were let through by. */
export const usedIn = (judged: readonly Judged[]): ReadonlySet<string> =>
  new Set(
    judged.flatMap(({ role, request, verdict }) =>
      verdict.kind === 'allowed' && request !== undefined
        ? verdict.grants.map(({ sid, pattern }) =>
            keyOf({ role: role.name, sid, action: request.action, type: typeOf(pattern) }),
          )
        : [],
    ),
  );

/** `Role Sid action type`. */
export const keyOf = ({ role, sid, action, type }: Pick<Permission, 'role' | 'sid' | 'action' | 'type'>) =>
  `${role} ${sid} ${action} ${type}`;

function typeOf(pattern: string): string {
  if (pattern === '*') return 'any';
  const [, , service = '', , , ...rest] = pattern.split(':');
  const resource = rest.join(':');
  const byService = service === 'sqs' ? 'queue' : resource.split(/[:/]/)[0];
  const type = service === 'dynamodb' && resource.includes('/index/') ? 'index' : byService;
  return `${service}:${type}`;
}
