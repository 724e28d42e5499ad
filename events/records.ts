import { type AlarmStateChange, isNotification, parseNotification } from './alarm-state-change.ts';
import { type LifecycleTerminate, type LifecycleTest, parseMessage } from './lifecycle-terminate.ts';
import { describe, fieldOf, type Reading, reject } from './rejection.ts';

type Message = LifecycleTerminate | LifecycleTest | AlarmStateChange;

/**
 * Reads a delivery by SNS or SQS, which may hold several messages. Lifecycle hooks send there, to a
 * notification target of their own, and alarms, be it a topic, a queue, or a queue that is subscribed to a topic.
 */
export function parseRecords(records: readonly unknown[]): Reading<Message>[] {
  if (records.length === 0) return [reject('malformed', 'Records is an empty list; expected messages')];
  return records.map((record, index) => parseRecord(record, `Records[${index}]`));
}

function parseRecord(record: unknown, where: string): Reading<Message> {
  // SNS spells it EventSource, SQS eventSource (AWS Lambda developer guide).
  if (fieldOf(record, 'EventSource') === 'aws:sns') {
    const sns = fieldOf(record, 'Sns');
    return parseText(fieldOf(sns, 'Message'), fieldOf(sns, 'MessageId'), `${where}.Sns.Message`);
  }
  if (fieldOf(record, 'eventSource') === 'aws:sqs') {
    return parseBody(fieldOf(record, 'body'), fieldOf(record, 'messageId'), `${where}.body`);
  }
  const other = fieldOf(record, 'eventSource') ?? fieldOf(record, 'EventSource');
  return typeof other === 'string'
    ? reject('foreign-service', `${where} is from ${describe(other)}; only "aws:sns" and "aws:sqs" are read`)
    : reject('malformed', `${where}.eventSource is ${describe(other)}; expected "aws:sns" or "aws:sqs"`);
}

/** The body is the message itself, or SNS's own envelope around it unless raw delivery is on. */
function parseBody(body: unknown, messageId: unknown, where: string): Reading<Message> {
  const inner = json(body);
  const wrapped = fieldOf(inner, 'Type') === 'Notification';
  return wrapped
    ? parseText(fieldOf(inner, 'Message'), fieldOf(inner, 'MessageId'), `${where}.Message`)
    : parseText(body, messageId, where);
}

function parseText(text: unknown, messageId: unknown, where: string): Reading<Message> {
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
  return isNotification(message) ? parseNotification(message, id, where) : parseMessage(message, id, where);
}

function json(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
