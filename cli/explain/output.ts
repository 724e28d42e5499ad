import { withoutMode } from '../dry-run.ts';
import { colorsFor, outcomePainter } from '../outcome-colors.ts';
import type { Handled } from './handle.ts';
import { type Called, type Understanding, withoutToken } from './understand.ts';

/** What is known of an event in the end. */
export interface Explanation extends Understanding {
  readonly policyFile: string;
  readonly handled: readonly Handled[];
  /** Whether AWS was not asked. */
  readonly offline: boolean;
}

/** Line by line, from the rule to what would be done; no colours where there is no terminal. */
export function asText(found: Explanation, columns: number | undefined): string {
  const colors = colorsFor(columns);
  const paint = outcomePainter(columns);
  const lines = [
    ...found.events.map(
      ({ eventId, detailType, kind }) => `${colors.bold(detailType)} (event ${eventId}), read as ${kind}.`,
    ),
    ...found.rejected.map((sentence) => `It could not be read: ${sentence}.`),
    ...rulesInWords(found),
    ...found.called.flatMap((one) => [
      '',
      ...calledInWords(one),
      ...handledInWords(
        found.handled.find((handled) => handled.function === one.function),
        paint,
      ),
    ]),
    ...(found.offline && found.called.length > 0
      ? ['', 'AWS was not asked (--offline): what the function would decide depends on what it reads there.']
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function rulesInWords({
  way,
  matched,
  nearest,
  unused,
  policyFile,
  rejected,
}: Understanding & { policyFile: string }): string[] {
  switch (way) {
    case 'tick':
      return [
        'That is the schedule, which calls every function of the policy: stevedore plan says what each would do.',
      ];
    case 'direct':
      return rejected.length > 0
        ? []
        : ['It comes past EventBridge (by SNS, SQS or as the action of an alarm), so that no rule is asked.'];
    case 'eventbridge':
      break;
    default:
      return way satisfies never;
  }
  if (matched.length > 0) {
    return matched.map(({ id, function: called }) => `Rule ${id} matches, and calls the function ${called}.`);
  }
  const none = `No rule that ${policyFile} comes to matches it, so that no function is called.`;
  if (unused.length > 0) {
    const rules = unused.join(', ');
    return [none, `For events of its kind there is ${rules}, and nothing in the policy asks for it.`];
  }
  if (nearest === null) return [none];
  const { id, function: called, field, found, expected } = nearest;
  return [
    none,
    `The nearest is ${id} (of the function ${called}): ${field} is ${found}, and the rule wants ${expected}.`,
  ];
}

const calledInWords = ({ function: name, arrivals, ignored }: Called): string[] => [
  ...arrivals.map((arrival) => `${name} hears: ${JSON.stringify(arrival, withoutCause)}`),
  ...ignored.map(({ reason, sentence }) => `${name} does nothing: ${sentence}. (${reason})`),
];

/** It is the event itself. */
const withoutCause = (name: string, value: unknown) => (name === 'cause' ? undefined : value);

function handledInWords(handled: Handled | undefined, paint: ReturnType<typeof outcomePainter>): string[] {
  if (handled === undefined) return [];
  const { calls, entries, failure } = handled;
  const read = calls.length === 0 ? [] : [`It reads ${calls.join(', ')}.`];
  const decided = entries.map(
    ({ outcome, sentence, reason, subject }) =>
      `${paint(outcome)}  ${subject === undefined || sentence.includes(subject) ? '' : `${subject}: `}${withoutMode(sentence)} (${reason})`,
  );
  const quiet =
    entries.length === 0 && failure === undefined ? ['It decides nothing: nothing calls for a change.'] : [];
  return [...read, ...decided, ...quiet];
}

/** For machines: keys are only ever added. */
export function asJson({ handled, called, events, ...found }: Explanation): string {
  const functions = called.map((one) => {
    const { calls = [], entries = [] } = handled.find((other) => other.function === one.function) ?? {};
    return { ...one, calls, decisions: entries };
  });
  return `${JSON.stringify({ ...found, events: events.map(withoutToken), functions }, null, 2)}\n`;
}
