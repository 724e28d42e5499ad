import type { JournalEntry } from './journal.ts';

const MAX_TEXT = 1_000;
const MAX_LIST = 50;
/** A lifecycle action's token lets its holder complete the action; the others speak for themselves. */
const SECRET = /token|secret|password|credential|authorization|environment/i;

/**
 * The entry with nothing but the fields that the journal defines, and its facts without what may be secret and
 * without lengths that a log line or an event has no room for. What goes out of the process goes through here.
 */
export function publishable(entry: JournalEntry): Record<string, unknown> {
  const { capability, outcome, reason, sentence, cluster, subject, calls, cause, facts, weight } = entry;
  return {
    at: new Date(entry.at).toISOString(),
    capability,
    outcome,
    reason,
    sentence: shorten(sentence),
    ...(cluster !== undefined && { cluster }),
    ...(subject !== undefined && { subject }),
    ...(calls && calls.length > 0 && { calls: calls.slice(0, MAX_LIST) }),
    ...(cause && { cause: { eventId: cause.eventId, detailType: cause.detailType } }),
    ...(facts && { facts: publishableFacts(facts) }),
    weight,
  };
}

function publishableFacts(facts: NonNullable<JournalEntry['facts']>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([key]) => !SECRET.test(key))
      .map(([key, value]) => [key, shortenFact(value)]),
  );
}

function shortenFact(value: string | number | boolean | readonly string[]) {
  if (typeof value === 'string') return shorten(value);
  if (typeof value !== 'object') return value;
  const kept = value.slice(0, MAX_LIST).map(shorten);
  return value.length > MAX_LIST ? [...kept, `and ${value.length - MAX_LIST} more`] : kept;
}

const shorten = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
