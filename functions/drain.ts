import { draining } from 'stevedore:policy';
import { createClients } from '../lib/aws/clients.ts';
import { wallClock } from '../lib/clock.ts';
import type { Heard } from '../lib/draining/notice.ts';
import type { DrainRecord } from '../lib/draining/record.ts';
import { createBusSink } from '../lib/journal/bus.ts';
import { createJournal } from '../lib/journal/create.ts';
import { createLogger, createLogSink, reportSinkFailure } from '../lib/journal/log.ts';
import {
  countRetry,
  countSinkFailure,
  createMetrics,
  createMetricsSink,
  emitDrainGauges,
} from '../lib/journal/metrics.ts';
import { createTableSink } from '../lib/journal/table.ts';
import { createDynamoStore } from '../lib/state/dynamodb.ts';
import { createDrainHandler } from './drain-handler.ts';
import { required } from './environment.ts';

const logger = createLogger();
const metrics = createMetrics();
const clock = wallClock;
const random = Math.random;
const clients = createClients({
  region: required('AWS_REGION'),
  clock,
  random,
  onRetry: (retry) => countRetry(metrics, retry),
});
const tableName = required('TABLE_NAME');
const store = createDynamoStore<DrainRecord, Heard>(clients.dynamodb, tableName, { clock, random });
// Two functions may journal in the same millisecond: the log stream tells their entries apart.
const writer = process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? 'local';

export const handler = createDrainHandler({
  policy: draining,
  clients,
  store,
  control: store,
  journal: createJournal({
    sinks: [
      createLogSink(logger),
      createMetricsSink(metrics),
      createBusSink(clients.events),
      createTableSink({ client: clients.dynamodb, name: tableName, clock, random }, writer),
    ],
    onFailure: (failure) => {
      reportSinkFailure(logger, failure);
      countSinkFailure(metrics, failure);
    },
  }),
  clock,
  logger,
  report: ({ cluster, ...gauges }) => emitDrainGauges(metrics, cluster, gauges),
});
