import { evaluate, type Subjects } from '../../lib/placement/expression/evaluate.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import { subjectsIn } from '../../lib/placement/expression/subjects.ts';
import type { Expression } from '../../lib/placement/expression/syntax.ts';
import type { InstanceView } from './snapshot.ts';

/** What ECS's cluster query language says of the instances of a cluster. */
export type Judgement =
  | { readonly kind: 'matches'; readonly count: number }
  /** `why` goes on after a colon. */
  | { readonly kind: 'not-judged'; readonly why: string };

type Instance = Pick<InstanceView, 'id' | 'connected' | 'agentVersion' | 'attributes'>;

/** Counts the instances that an expression of a memberOf constraint matches. */
export function judge(text: string, instances: readonly Instance[]): Judgement {
  const parsed = parseExpression(text);
  if (!parsed.ok) {
    return { kind: 'not-judged', why: `at its character ${parsed.at + 1}, ${parsed.message}` };
  }
  const { expression } = parsed;
  const unread = unreadIn(expression);
  if (unread !== undefined) return { kind: 'not-judged', why: `the doctor does not read ${unread}` };
  const all = instances.map(subjectsOf);
  const count = all.filter((one) => evaluate(expression, one)).length;
  const negation: Expression = { kind: 'not', operand: expression };
  if (count > 0 || all.every((one) => evaluate(negation, one))) return { kind: 'matches', count };
  return { kind: 'not-judged', why: 'AWS does not say how ECS reads it for these instances' };
}

/** The first of its subjects that the snapshot has nothing of. */
function unreadIn(expression: Expression): string | undefined {
  const names = subjectsIn(expression).map((subject) => {
    if (subject.kind === 'attribute') return undefined;
    return subject.kind === 'task-group' ? 'task:group' : subject.name;
  });
  return names.find(
    (name) => name === 'task:group' || name === 'registeredAt' || name === 'runningTasksCount',
  );
}

/** The last three are of subjects that `unreadIn` keeps out. */
function subjectsOf({ id, connected, agentVersion, attributes }: Instance): Subjects {
  return {
    attributes,
    agentConnected: connected,
    agentVersion: agentVersion ?? undefined,
    ec2InstanceId: id,
    registeredAt: 0,
    runningTasksCount: 0,
    taskGroups: new Set(),
  };
}
