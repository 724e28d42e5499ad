import { type Pattern, readPattern } from './java-regex.ts';
import type { Comparison } from './syntax.ts';
import { compareVersions, dateOf, versionOf } from './values.ts';

/** Undefined: AWS does not say, and its readings differ. */
export type Answer = boolean | undefined;

type Order = Extract<Comparison, { kind: 'order' }>['operator'];

const NUMBER = /^-?\d+(?:\.\d+)?$/;
const patterns = new WeakMap<Comparison, Pattern>();

/** Whether it asks for the contrary: !=, not_in, !~, not_exists. */
export function isNegative(comparison: Comparison): boolean {
  if (comparison.kind === 'equality') return comparison.operator === '!=';
  return comparison.kind !== 'order' && comparison.negated;
}

/** A text compared as by the positive form of the operator: == for !=. */
export function compareText(text: string, comparison: Comparison): Answer {
  switch (comparison.kind) {
    case 'equality':
      return text === comparison.value;
    case 'membership':
      return comparison.values.includes(text);
    case 'existence':
      return true;
    case 'match':
      return matchText(text, comparison);
    case 'order':
      return orderText(text, comparison.operator, comparison.value);
    default:
      return comparison satisfies never;
  }
}

/**
 * The guide does not say whether a pattern must match the whole of the value (as Java's `matches`) or a part of it
 * (`find`). Its examples, as `g2.*`, are written as for the whole, and mean the same either way. One that matches only a
 * part is left open, so that neither =~ nor !~ promises what ECS may refuse.
 */
function matchText(text: string, comparison: Extract<Comparison, { kind: 'match' }>): Answer {
  const pattern = patterns.get(comparison) ?? readPattern(comparison.pattern);
  patterns.set(comparison, pattern);
  if (!pattern.ok) return undefined;
  if (pattern.whole.test(text)) return true;
  return pattern.part.test(text) ? undefined : false;
}

/** Nor whether attributes are ordered as numbers or as text: left open where that makes a difference. */
function orderText(text: string, operator: Order, value: string): Answer {
  const asText = ordered(text < value ? -1 : Number(text > value), operator);
  if (!NUMBER.test(text) || !NUMBER.test(value)) return asText;
  return ordered(Number(text) - Number(value), operator) === asText ? asText : undefined;
}

/** The guide calls == string equality, and the operands are versions: 1.14 and 1.14.0 are left open. */
export function compareVersion(version: string | undefined, comparison: Comparison): Answer {
  const host = versionOf(version ?? '');
  if (host === undefined || (comparison.kind !== 'order' && comparison.kind !== 'equality')) return undefined;
  const wanted = versionOf(comparison.value);
  if (wanted === undefined) return undefined;
  const sign = compareVersions(host, wanted);
  if (comparison.kind === 'order') return ordered(sign, comparison.operator);
  if (sign !== 0) return false;
  return version === comparison.value ? true : undefined;
}

/** `read`: the comparison's value as a number; undefined where it is none. */
function compareNumber(
  number: number,
  comparison: Comparison,
  read: (value: string) => number | undefined,
): Answer {
  if (comparison.kind !== 'order' && comparison.kind !== 'equality') return undefined;
  const wanted = read(comparison.value);
  if (wanted === undefined) return undefined;
  return comparison.kind === 'equality' ? number === wanted : ordered(number - wanted, comparison.operator);
}

export const compareDate = (time: number, comparison: Comparison) => compareNumber(time, comparison, dateOf);

export const compareCount = (count: number, comparison: Comparison) =>
  compareNumber(count, comparison, (value) => (/^\d+$/.test(value) ? Number(value) : undefined));

function ordered(sign: number, operator: Order): boolean {
  switch (operator) {
    case '>':
      return sign > 0;
    case '>=':
      return sign >= 0;
    case '<':
      return sign < 0;
    case '<=':
      return sign <= 0;
    default:
      return operator satisfies never;
  }
}
