import type { SQS } from '@aws-sdk/client-sqs';
import { createBasis } from '../../lib/aws/common-clients.ts';
import { explain } from '../../lib/aws/explain.ts';
import type { Account } from '../account.ts';

/** A queue of events that came to nothing. */
export interface QueueStatus {
  readonly queue: string;
  /** About how many lie in it; null: it could not be read. */
  readonly messages: number | null;
  /** What to do about them, or why it could not be read; null: it is empty. */
  readonly sentence: string | null;
}

/** What lies in a queue, and what is to be done about it. docs/operations.md, Queues, says it in full. */
const MEANINGS = {
  'undelivered-events':
    'EventBridge could not hand them to a function; the message attributes ERROR_CODE and ERROR_MESSAGE say why.',
  'failed-events': 'A function failed on each of them three times; responsePayload in the message says why.',
} as const;
type Kind = keyof typeof MEANINGS;
const KINDS = ['undelivered-events', 'failed-events'] as const satisfies readonly Kind[];

const REMEDY =
  'Mend that; stevedore explain event.json says what an event would lead to now. Most need not be handed in again, ' +
  'and then the queue is purged: docs/operations.md#queues.';

type Reach = Pick<Account, 'clientOptions' | 'place'>;

export type ReadQueues = () => Promise<QueueStatus[]>;

/**
 * Reads the failure queues of a stack, which is named as its table is. Never throws: what cannot be read is said of the
 * queue. Makes no call yet.
 */
export function createReadQueues({ clientOptions, place }: Reach, stack: string): ReadQueues {
  const { config, retries } = createBasis(clientOptions);
  let client: Promise<SQS> | undefined;
  const connect = async () => {
    const { SQS } = await import('@aws-sdk/client-sqs');
    // A local endpoint names queues by an address of its own, of which the client would warn at each call.
    const made = new SQS({ ...config, useQueueUrlAsEndpoint: false });
    retries.watch(made);
    return made;
  };
  const read = async (kind: Kind): Promise<QueueStatus> => {
    const queue = `${stack}-${kind}`;
    try {
      client ??= connect();
      const sqs = await client;
      const { QueueUrl } = await sqs.getQueueUrl({ QueueName: queue });
      const { Attributes } = await sqs.getQueueAttributes({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      });
      const messages = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
      return { queue, messages, sentence: messages === 0 ? null : `${MEANINGS[kind]} ${REMEDY}` };
    } catch (error) {
      return { queue, messages: null, sentence: whyUnread(error, place.region) };
    }
  };
  return () => Promise.all(KINDS.map(read));
}

function whyUnread(error: unknown, region: string): string {
  if (error instanceof Error && error.name === 'QueueDoesNotExist') {
    return `There is no such queue in ${region}, or these credentials may not know of it. The stack is taken to be named as --table.`;
  }
  const { code, sentence } = explain(error);
  return code === 'aws-access-denied'
    ? 'The credentials of this terminal were denied: they need sqs:GetQueueUrl and sqs:GetQueueAttributes on it.'
    : sentence;
}
