import type * as z from 'zod/mini';

/**
 * Why an event was not read. `malformed`: it claims to be one of ours and is not.  `unknown`: a source that we
 * listen to, but a type of event that says nothing to us.  `foreign-service`: not from a source of ours at all.
 */
export type RejectionCause = 'malformed' | 'unknown' | 'foreign-service';

export interface Rejection {
  readonly why: RejectionCause;
  /** For a person: names the field, what was found there, and what was expected. */
  readonly sentence: string;
  readonly eventId?: string;
  readonly detailType?: string;
}

/** What reading one event gives. Reading never throws. */
export type Reading<Event> = { readonly event: Event } | { readonly rejected: Rejection };

export function reject(why: RejectionCause, sentence: string, raw?: unknown): { rejected: Rejection } {
  const eventId = shortText(fieldOf(raw, 'id'));
  const detailType = shortText(fieldOf(raw, 'detail-type'));
  return {
    rejected: { why, sentence, ...(eventId && { eventId }), ...(detailType && { detailType }) },
  };
}

/**
 * Checks `raw` against the schema and hands what fits to `map`; what does not fit is rejected as malformed.
 * `where` says which part of a larger delivery `raw` is, e.g. `Records[0].Sns.Message`.
 */
export function read<Schema extends z.ZodMiniType, Event>(
  schema: Schema,
  raw: unknown,
  map: (parsed: z.infer<Schema>) => Reading<Event>,
  where = '',
): Reading<Event> {
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (parsed.success) return map(parsed.data);
  const [issue] = parsed.error.issues;
  return reject('malformed', issue ? sentenceOf(issue, where) : 'The event does not fit its schema', raw);
}

function sentenceOf(issue: z.core.$ZodIssue, where: string): string {
  const name = fieldName(issue.path, where);
  const expected = expectation(issue);
  return issue.input === undefined
    ? `${name} is missing; expected ${expected}`
    : `${name} is ${describe(issue.input)}; expected ${expected}`;
}

function fieldName(path: readonly PropertyKey[], where: string): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return `${where}${steps.join('')}`.replace(/^\./, '') || 'The event';
}

/** Our schemas carry the expectation as their message; zod/mini says only "Invalid input" where one has none. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message !== 'Invalid input') return issue.message;
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ');
  return issue.code === 'invalid_type'
    ? `an ${issue.expected}`.replace(/^an (?![aeiou])/, 'a ')
    : 'another value';
}

const longestQuote = 80;

/** A value in so few words that a hostile one cannot fill the log. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  switch (typeof value) {
    case 'string':
      return value.length <= longestQuote
        ? JSON.stringify(value)
        : `${JSON.stringify(value.slice(0, longestQuote))}... (${value.length} characters)`;
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return 'an object';
    default:
      return typeof value;
  }
}

/** A field of something that may be no object at all. */
export function fieldOf(raw: unknown, name: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name)
    ? Reflect.get(raw, name)
    : undefined;
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
}
