import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient, type ECSClientConfig } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Clock } from '../clock.ts';
import { type Credentials, lambdaCredentials } from './lambda-credentials.ts';
import { createRetries, type Retries, type Retry } from './retry.ts';

/** The clients that every function has. */
export interface GroundClients {
  readonly ecs: ECSClient;
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
}

/** What those have that deal with Auto Scaling groups. */
export interface CommonClients extends GroundClients {
  readonly autoScaling: AutoScalingClient;
}

export interface ClientOptions {
  readonly region: string;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  /** Default: Lambda's environment, elsewhere the SDK's default chain. */
  readonly credentials?: Credentials;
  /** For all services; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_ECS and so on are obeyed without it. */
  readonly endpoint?: string;
  /** Default: HTTPS with time-outs. The simulator puts its world here. */
  readonly requestHandler?: RequestHandler;
  /** Default: Signature Version 4. The simulated services check none, and hashing is a third of a call's cost. */
  readonly signer?: RequestSigner;
  readonly onRetry?: (retry: Retry) => void;
  /** Told of every call that was answered, as `ECS:DescribeTasks`. */
  readonly onCall?: (call: string) => void;
}

export type RequestHandler = NonNullable<ECSClientConfig['requestHandler']>;
type RequestSigner = NonNullable<ECSClientConfig['signer']>;

/** ECS and DynamoDB answer in milliseconds; without these a lost packet would cost the whole invocation. */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 5_000,
  // Without it the SDK only warns.
  throwOnRequestTimeout: true,
};

/** What all clients of a function share: its configuration, and one retry strategy (lib/aws/retry.ts). */
export function createBasis(options: ClientOptions) {
  const { region, endpoint, requestHandler = TIMEOUTS } = options;
  const retries = createRetries(options);
  const credentials = options.credentials ?? lambdaCredentials(process.env);
  const config = {
    region,
    requestHandler,
    retryStrategy: retries.strategy,
    ...(credentials && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
    ...(options.signer !== undefined && { signer: options.signer }),
    ...(options.onCall && { logger: callLogger(options.onCall) }),
  };
  return { config, retries };
}

/** The SDK's logger middleware tells it of every command that has succeeded or failed (@aws-sdk/core, loggerMiddleware). */
function callLogger(onCall: (call: string) => void) {
  const told = (line: unknown) => {
    if (typeof line !== 'object' || line === null || !('clientName' in line && 'commandName' in line)) return;
    const service = String(line.clientName).replace(/Client$/, '');
    onCall(`${service}:${String(line.commandName).replace(/Command$/, '')}`);
  };
  return { trace: () => {}, debug: () => {}, info: told, warn: () => {}, error: told };
}

type Basis = ReturnType<typeof createBasis>;
type Watched = Parameters<Retries['watch']>[0];

/** Makes no call. */
export function createGroundClients({ config, retries }: Basis): GroundClients {
  const clients = {
    ecs: new ECSClient(config),
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
  };
  for (const client of Object.values<Watched>(clients)) retries.watch(client);
  return clients;
}

/** Makes no call. */
export function createCommonClients(basis: Basis): CommonClients {
  const autoScaling = new AutoScalingClient(basis.config);
  basis.retries.watch(autoScaling);
  return { ...createGroundClients(basis), autoScaling };
}
