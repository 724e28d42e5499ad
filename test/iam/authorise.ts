import { authorise, type Verdict } from './evaluator.ts';
import type { Asked } from './witness.ts';

/** One request that was made, how often, and what IAM says of it. */
export interface Judged extends Asked {
  readonly verdict: Verdict;
}

/** By the ARN of what they are attached to. */
export type ResourcePolicies = ReadonlyMap<string, unknown>;

export async function judge(
  asked: readonly Asked[],
  policies: ResourcePolicies = new Map(),
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const one of asked) {
    const { request, role, unreadable = '' } = one;
    const verdict: Verdict =
      request === undefined
        ? { kind: 'invalid', why: unreadable }
        : await authorise(role, request, policies.get(request.resource));
    judged.push({ ...one, verdict });
  }
  return judged;
}

/** Whose role lacks which statement for which call. */
export function denial({ scenario, role, operation, request, input, verdict }: Judged): string {
  const where = scenario === '' ? '' : ` in "${scenario}"`;
  const call = `${operation} with ${JSON.stringify(input)?.slice(0, 300)}`;
  if (request === undefined || verdict.kind === 'invalid') {
    const why = verdict.kind === 'invalid' ? verdict.why : '';
    return `${role.name}${where}: the call cannot be judged: ${why}\n  call:    ${call}`;
  }
  const { action, resource, context } = request;
  const missing = { Effect: 'Allow', Action: [action], Resource: [resource] };
  const keys = Object.keys(context).length > 0 ? ` with ${JSON.stringify(context)}` : '';
  return `${role.name}${where} may not ${action}: AWS would deny ${operation}.
  call:    ${call}
  asked:   ${action} on ${resource}${keys}
  missing: ${JSON.stringify(missing)}
  The statements are compiled in lib/policy/*statements.ts; what a call asks for is in test/iam/requests-*.ts.`;
}
