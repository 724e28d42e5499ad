import type { ParsedEvent } from './parsed-event.ts';
import { describe, fieldOf, type Reading, reject } from './rejection.ts';

/** Reads a message's JSON. `where` names it in a rejection. */
export type ParseMessage = (message: unknown, id: string, where: string) => Reading<ParsedEvent>;

/**
 * Reads a delivery by SNS or SQS, which may hold several messages. Lifecycle hooks send there, to a
 * notification target of their own, and alarms, be it a topic, a queue, or a queue that is subscribed to a topic.
 */
export function parseRecords(records: readonly unknown[], parse: ParseMessage): Reading<ParsedEvent>[] {
  if (records.length === 0) return [reject('malformed', 'Records is an empty list; expected messages')];
  return records.map((record, index) => parseRecord(record, `Records[${index}]`, parse));
}

function parseRecord(record: unknown, where: string, parse: ParseMessage): Reading<ParsedEvent> {
  // SNS spells it EventSource, SQS eventSource (AWS Lambda developer guide).
  if (fieldOf(record, 'EventSource') === 'aws:sns') {
    const sns = fieldOf(record, 'Sns');
    return parseText(fieldOf(sns, 'Message'), fieldOf(sns, 'MessageId'), `${where}.Sns.Message`, parse);
  }
  if (fieldOf(record, 'eventSource') === 'aws:sqs') {
    return parseBody(fieldOf(record, 'body'), fieldOf(record, 'messageId'), `${where}.body`, parse);
  }
  const other = fieldOf(record, 'eventSource') ?? fieldOf(record, 'EventSource');
  return typeof other === 'string'
    ? reject('foreign-service', `${where} is from ${describe(other)}; only "aws:sns" and "aws:sqs" are read`)
    : reject('malformed', `${where}.eventSource is ${describe(other)}; expected "aws:sns" or "aws:sqs"`);
}

/** The body is the message itself, or SNS's own envelope around it unless raw delivery is on. */
function parseBody(
  body: unknown,
  messageId: unknown,
  where: string,
  parse: ParseMessage,
): Reading<ParsedEvent> {
  const inner = json(body);
  const wrapped = fieldOf(inner, 'Type') === 'Notification';
  return wrapped
    ? parseText(fieldOf(inner, 'Message'), fieldOf(inner, 'MessageId'), `${where}.Message`, parse)
    : parseText(body, messageId, where, parse);
}

function parseText(
  text: unknown,
  messageId: unknown,
  where: string,
  parse: ParseMessage,
): Reading<ParsedEvent> {
  const message = json(text);
  if (message === undefined) {
    return reject(
      'malformed',
      `${where} is ${describe(text)}; expected the JSON text of a lifecycle action or an alarm`,
    );
  }
  const fallback = fieldOf(message, 'RequestId');
  const eventId = [messageId, fallback].find((id) => typeof id === 'string' && id !== '');
  const id = typeof eventId === 'string' ? eventId : 'unnamed';
  return parse(message, id, where);
}

function json(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
