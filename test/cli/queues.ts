import { HttpResponse } from '@smithy/core/protocols';
import type { ClientOptions } from '../../lib/aws/common-clients.ts';
import type { SimulatedHttp } from '../../simulator/wire/handler.ts';
import { textOf } from '../../simulator/wire/query.ts';

/** How many messages lie in each queue, by its name, or the error that SQS answers with. None is the others' name. */
export type Queues = Readonly<Record<string, number | { readonly error: string; readonly message: string }>>;

const EMPTY: Queues = { 'stevedore-undelivered-events': 0, 'stevedore-failed-events': 0 };
const NONE = {
  error: 'com.amazonaws.sqs#QueueDoesNotExist',
  message: 'The specified queue does not exist or you do not have access to it.',
};

/** SQS beside a simulated world, which has none: GetQueueUrl and GetQueueAttributes as AWS answers them. */
export function withQueues(options: ClientOptions, queues: Queues = EMPTY): ClientOptions {
  const world: unknown = options.requestHandler;
  if (!isSimulated(world)) throw new Error('These are not the options of a simulated world.');
  return {
    ...options,
    requestHandler: {
      ...world,
      handle: async (request: Parameters<SimulatedHttp['handle']>[0]) => {
        const [service, operation] = request.headers['x-amz-target']?.split('.') ?? [];
        if (service !== 'AmazonSQS') return world.handle(request);
        const { QueueName, QueueUrl = '' } = JSON.parse(textOf(request.body));
        const found = queues[QueueName ?? QueueUrl.split('/').at(-1)] ?? NONE;
        if (typeof found === 'object') {
          return answer(400, { __type: found.error, message: found.message });
        }
        return operation === 'GetQueueUrl'
          ? answer(200, { QueueUrl: `https://sqs.us-east-1.amazonaws.com/123456789012/${QueueName}` })
          : answer(200, { Attributes: { ApproximateNumberOfMessages: String(found) } });
      },
    },
  };
}

const isSimulated = (handler: unknown): handler is SimulatedHttp =>
  typeof handler === 'object' && handler !== null && 'handle' in handler;

function answer(statusCode: number, body: object) {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return {
    response: new HttpResponse({ statusCode, headers, body: new TextEncoder().encode(JSON.stringify(body)) }),
  };
}
