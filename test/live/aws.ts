import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { wallClock } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { createJournalReader } from '../../lib/journal/table.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import type { Front } from './front.ts';
import { STACK } from './names.ts';

type Payload = Readonly<Record<string, unknown>>;

/** An event as EventBridge hands it to a function. */
export type BusEvent = ReturnType<typeof eventOf>;

/** A message of the queue of failed events, as far as it is looked at. */
export interface FailedEvent {
  readonly requestPayload: { readonly id: string };
  readonly responsePayload: { readonly errorMessage?: string };
}

/** Everything is read and written through the front, as the functions do. */
export function createAws(front: Front, region = 'us-east-1') {
  const config = {
    endpoint: front.url,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const client = new DynamoDBClient(config);
  const eventBridge = new EventBridgeClient(config);
  const journal = createJournalReader({ client, name: STACK, clock: wallClock, random: Math.random });
  // For these two the project has no clients of the SDK. The servers tell the Region by the signature's scope.
  const signed = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request`,
  });
  const post = (path: string, headers: Record<string, string>, body: Payload) =>
    fetch(`${front.behind.ministack}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const sqs = async (operation: string, body: Payload): Promise<Payload> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      ...signed('sqs'),
    };
    return JSON.parse(await (await post('/', headers, body)).text());
  };

  return {
    front,
    eventBridge,
    ecr: new ECRClient(config),
    ecs: new ECSClient(config),
    ec2: new EC2Client(config),
    autoScaling: new AutoScalingClient(config),
    cloudWatch: new CloudWatchClient(config),

    /** Puts an event on the bus; a rule has to let it through. Resolves to what functions get, which come to it later. */
    async put(source: string, detailType: string, detail: Payload, Resources: string[] = []) {
      const Entries = [{ Source: source, DetailType: detailType, Detail: JSON.stringify(detail), Resources }];
      const { Entries: [taken] = [] } = await eventBridge.send(new PutEventsCommand({ Entries }));
      if (taken?.EventId === undefined)
        throw new Error(`EventBridge took no ${detailType}: ${taken?.ErrorMessage}`);
      return eventOf(taken.EventId, source, detailType, detail, Resources);
    },

    /** Calls a function with an event and waits for its end. @throws what the function threw */
    async invoke(name: FunctionName, event: BusEvent): Promise<void> {
      const answer = await post(
        `/2015-03-31/functions/${STACK}-${name}/invocations`,
        signed('lambda'),
        event,
      );
      const said = await answer.text();
      if (!answer.ok || answer.headers.has('x-amz-function-error')) throw new Error(`${name}: ${said}`);
    },

    /** The notable decisions of today, the newest first. */
    journal: (): Promise<JournalEntry[]> =>
      Array.fromAsync(journal.ofDay(new Date().toISOString().slice(0, 10))),

    /** Bodies of what is in a queue of the stack, at most ten; they stay there. */
    async messages(queue: 'failed-events' | 'undelivered-events'): Promise<FailedEvent[]> {
      const { QueueUrl } = await sqs('GetQueueUrl', { QueueName: `${STACK}-${queue}` });
      const request = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
      const { Messages = [] } = await sqs('ReceiveMessage', request);
      return (Messages as { readonly Body: string }[]).map(({ Body }) => JSON.parse(Body));
    },

    /** How often an operation was called since `from`, a number of calls at which this began. */
    count: (operation: string, from: number): number =>
      front.calls.slice(from).filter((call) => call.operation === operation).length,
  };
}

export type Aws = ReturnType<typeof createAws>;

const ACCOUNT = '000000000000';

function eventOf(id: string, source: string, detailType: string, detail: Payload, resources: string[]) {
  const time = new Date().toISOString();
  return {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account: ACCOUNT,
    time,
    region: 'us-east-1',
    resources,
    detail,
  };
}

/** The ARN of something in the account of the servers. */
export const arn = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;

/** What the rule of a minute sends: functions are called with it as the rule would, without waiting for the minute. */
export const tick = (): BusEvent =>
  eventOf(crypto.randomUUID(), 'aws.events', 'Scheduled Event', {}, [arn('events', `rule/${STACK}-tick`)]);
