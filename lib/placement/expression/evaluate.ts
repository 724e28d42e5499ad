import {
  type Answer,
  compareCount,
  compareDate,
  compareText,
  compareVersion,
  isNegative,
} from './compare.ts';
import { subjectsIn } from './subjects.ts';
import type { Comparison, Expression } from './syntax.ts';

/** What an expression may ask of a container instance. */
export interface Subjects {
  /** Those without a value have the empty text. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly agentConnected: boolean;
  /** Undefined: not known. */
  readonly agentVersion: string | undefined;
  readonly ec2InstanceId: string;
  /** Milliseconds since the epoch. */
  readonly registeredAt: number;
  readonly runningTasksCount: number;
  /** Of the tasks on the instance. */
  readonly taskGroups: ReadonlySet<string>;
}

/**
 * Whether ECS takes the instance for one that meets the expression. What AWS leaves open counts as not met, and so does
 * its negation: nothing is promised that ECS may refuse. Where neither an expression nor its `not` is met, it is open.
 */
export function evaluate(expression: Expression, subjects: Subjects): boolean {
  return isCertainly(true, expression, subjects);
}

/** Whether it depends on nothing that placing tasks changes (runningTasksCount, task:group). */
export function isStatic(expression: Expression): boolean {
  return subjectsIn(expression).every(
    (subject) =>
      subject.kind === 'attribute' || (subject.kind === 'property' && subject.name !== 'runningTasksCount'),
  );
}

function isCertainly(wanted: boolean, expression: Expression, subjects: Subjects): boolean {
  switch (expression.kind) {
    case 'not':
      return isCertainly(!wanted, expression.operand, subjects);
    case 'and':
    case 'or': {
      const left = isCertainly(wanted, expression.left, subjects);
      // An `and` is false as an `or` is true.
      const needsBoth = (expression.kind === 'and') === wanted;
      return left === needsBoth ? isCertainly(wanted, expression.right, subjects) : left;
    }
    default:
      return answer(expression, subjects) === wanted;
  }
}

function answer(comparison: Comparison, subjects: Subjects): Answer {
  if (comparison.subject.kind === 'attribute') {
    const value = subjects.attributes.get(comparison.subject.name);
    return value === undefined
      ? withoutAttribute(comparison)
      : signed(comparison, compareText(value, comparison));
  }
  return signed(comparison, positive(comparison, subjects));
}

function signed(comparison: Comparison, met: Answer): Answer {
  return met === undefined || !isNegative(comparison) ? met : !met;
}

/**
 * An instance without the attribute meets no positive comparison, and not != either: "attribute:stack != prod" lists the
 * instances "with the custom attribute stack unless the attribute value is prod" (Developer Guide, "Define which container
 * instances Amazon ECS uses for tasks"; seen so in github.com/aws/containers-roadmap/issues/486). Of not_in and !~ AWS
 * says nothing: open. A `not` turns what is below, as in the guide's `not(task:group == database)`.
 */
function withoutAttribute(comparison: Comparison): Answer {
  if (comparison.kind === 'existence') return comparison.negated;
  return isNegative(comparison) && comparison.kind !== 'equality' ? undefined : false;
}

/** As by the positive form of the operator. */
function positive(comparison: Comparison, subjects: Subjects): Answer {
  const { subject } = comparison;
  if (subject.kind === 'attribute')
    return compareText(subjects.attributes.get(subject.name) ?? '', comparison);
  if (subject.kind === 'task-group') return ofSome(subjects.taskGroups, comparison);
  const { name } = subject;
  switch (name) {
    case 'agentConnected':
      return compareText(String(subjects.agentConnected), comparison);
    case 'ec2InstanceId':
      return compareText(subjects.ec2InstanceId, comparison);
    case 'agentVersion':
      return compareVersion(subjects.agentVersion, comparison);
    case 'registeredAt':
      return compareDate(subjects.registeredAt, comparison);
    case 'runningTasksCount':
      return compareCount(subjects.runningTasksCount, comparison);
    default:
      return name satisfies never;
  }
}

/** An instance is "hosting tasks in the group" when one of its tasks is; the negative operators say that none is. */
function ofSome(groups: ReadonlySet<string>, comparison: Comparison): Answer {
  const answers = [...groups].map((group) => compareText(group, comparison));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}
