import type { Expression, Subject } from './syntax.ts';

/** What an expression compares, from left to right, as often as it does. */
export function subjectsIn(expression: Expression): readonly Subject[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return [...subjectsIn(expression.left), ...subjectsIn(expression.right)];
    case 'not':
      return subjectsIn(expression.operand);
    default:
      return [expression.subject];
  }
}
