import type { Subject } from './syntax.ts';

export type Operator =
  | '=='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'exists'
  | '!exists'
  | 'in'
  | '!in'
  | '=~'
  | '!~';

type Property = Extract<Subject, { kind: 'property' }>['name'];

/** Both spellings of each; of two that begin alike the longer is first. */
export const SPELLINGS: readonly (readonly [spelling: string, operator: Operator])[] = [
  ['==', '=='],
  ['equals', '=='],
  ['!=', '!='],
  ['not_equals', '!='],
  ['>=', '>='],
  ['greater_than_equal', '>='],
  ['>', '>'],
  ['greater_than', '>'],
  ['<=', '<='],
  ['less_than_equal', '<='],
  ['<', '<'],
  ['less_than', '<'],
  ['exists', 'exists'],
  ['!exists', '!exists'],
  ['not_exists', '!exists'],
  ['in', 'in'],
  ['!in', '!in'],
  ['not_in', '!in'],
  ['=~', '=~'],
  ['matches', '=~'],
  ['!~', '!~'],
  ['not_matches', '!~'],
];

const EVERY: readonly Operator[] = [...new Set(SPELLINGS.map(([, operator]) => operator))];
const OF_TEXT: readonly Operator[] = ['==', '!=', 'in', '!in', '=~', '!~'];
const OF_ORDER: readonly Operator[] = ['==', '!=', '>', '>=', '<', '<='];

const OF_PROPERTY: Readonly<Record<Property, readonly Operator[]>> = {
  agentConnected: OF_TEXT,
  agentVersion: OF_ORDER,
  ec2InstanceId: OF_TEXT,
  registeredAt: OF_ORDER,
  runningTasksCount: OF_ORDER,
};

/** The guide lists the valid operators of each property, and none for attributes and task groups: those take all. */
export function operatorsOf(subject: Subject): readonly Operator[] {
  return subject.kind === 'property' ? OF_PROPERTY[subject.name] : EVERY;
}
