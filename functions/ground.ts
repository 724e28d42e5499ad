import type { ClientOptions, GroundClients } from '../lib/aws/common-clients.ts';
import { wallClock } from '../lib/clock.ts';
import { createBusSink } from '../lib/journal/bus.ts';
import { createJournal } from '../lib/journal/create.ts';
import { createLogger, createLogSink, reportSinkFailure } from '../lib/journal/log.ts';
import { countRetry, countSinkFailure, createMetrics, createMetricsSink } from '../lib/journal/metrics.ts';
import { createTableSink } from '../lib/journal/table.ts';
import { createDynamoStore } from '../lib/state/dynamodb.ts';
import { required } from './environment.ts';

/** What every function stands on, as it is on Lambda; `create` makes the clients that its capability calls. */
export function createGround<State, Notice, Clients extends GroundClients>(
  create: (options: ClientOptions) => Clients,
) {
  const logger = createLogger();
  const metrics = createMetrics();
  const clock = wallClock;
  const random = Math.random;
  const clients = create({
    region: required('AWS_REGION'),
    clock,
    random,
    onRetry: (retry) => countRetry(metrics, retry),
  });
  const name = required('TABLE_NAME');
  const store = createDynamoStore<State, Notice>(clients.dynamodb, name, { clock, random });
  // Two functions may journal in the same millisecond: the log stream tells their entries apart.
  const writer = process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? 'local';
  const journal = createJournal({
    sinks: [
      createLogSink(logger),
      createMetricsSink(metrics),
      createBusSink(clients.events),
      createTableSink({ client: clients.dynamodb, name, clock, random }, writer),
    ],
    onFailure: (failure) => {
      reportSinkFailure(logger, failure);
      countSinkFailure(metrics, failure);
    },
  });
  return { logger, metrics, clock, clients, store, control: store, journal };
}
