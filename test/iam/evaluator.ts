import { isWildcardOnlyAction, runSimulation } from '@cloud-copilot/iam-simulate';
import type { IamRequest } from './request.ts';
import type { RolePolicy } from './roles.ts';

/** The statement that let a request through, and which of its resource patterns matched. */
export interface Grant {
  readonly sid: string;
  readonly pattern: string;
}

export type Verdict =
  | { readonly kind: 'allowed'; readonly grants: readonly Grant[] }
  | { readonly kind: 'denied' }
  /** The action, resource type or policy is none that AWS knows. */
  | { readonly kind: 'invalid'; readonly why: string };

const answered = new WeakMap<RolePolicy, Map<string, Promise<Verdict>>>();

/**
 * Whether the role may make the request, by IAM's own logic over the Service Authorization Reference: a condition
 * key that AWS does not hand over for the action and resource is left out before the policy is evaluated. The same is
 * evaluated once.
 */
export function authorise(role: RolePolicy, request: IamRequest, resourcePolicy?: unknown): Promise<Verdict> {
  const known = answered.get(role) ?? new Map<string, Promise<Verdict>>();
  answered.set(role, known);
  const key = JSON.stringify([request, resourcePolicy]);
  const verdict = known.get(key) ?? evaluate(role, request, resourcePolicy);
  known.set(key, verdict);
  return verdict;
}

async function evaluate(role: RolePolicy, request: IamRequest, resourcePolicy: unknown): Promise<Verdict> {
  const { action, resource, context } = request;
  // Every resource is of the role's own account, but for images of others: there theirs has to allow it, too.
  const account = /^arn:aws:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] ?? '111122223333';
  const result = await runSimulation(
    {
      identityPolicies: [{ name: role.name, policy: role.document }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      request: {
        principal: `arn:aws:iam::${account}:role/${role.name}`,
        action,
        resource: { resource, accountId: account },
        contextVariables: { ...context },
      },
    },
    {},
  );
  switch (result.resultType) {
    case 'error':
      return { kind: 'invalid', why: JSON.stringify(result.errors) };
    case 'single':
      return verdict(result.overallResult === 'Allowed' ? [result.result.analysis] : []);
    case 'wildcard': {
      // A call that names all of a kind needs all of it: not just some pattern inside.
      const whole = result.results.filter(
        ({ resourcePattern, analysis }) =>
          analysis.result === 'Allowed' && (resourcePattern === '*' || resourcePattern === resource),
      );
      return verdict(whole.map(({ analysis }) => analysis));
    }
  }
}

interface Analysis {
  readonly identityAnalysis?:
    | { readonly allowStatements: readonly { readonly explain: StatementMatch }[] }
    | undefined;
}
interface ResourceMatch {
  readonly resource: string;
  readonly matches: boolean;
}
interface StatementMatch {
  readonly identifier: string;
  readonly resources?: ResourceMatch | ResourceMatch[] | undefined;
}

function verdict(analyses: readonly Analysis[]): Verdict {
  if (analyses.length === 0) return { kind: 'denied' };
  const grants = analyses.flatMap(({ identityAnalysis }) =>
    (identityAnalysis?.allowStatements ?? []).flatMap(({ explain: { identifier, resources = [] } }) =>
      [resources]
        .flat()
        .filter(({ matches }) => matches)
        .map(({ resource }) => ({ sid: identifier, pattern: resource })),
    ),
  );
  return { kind: 'allowed', grants };
}

/** Whether AWS has no resource type for the action, so that `*` is all that its statement can say. */
export function takesNoResource(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  return isWildcardOnlyAction(service, name);
}
