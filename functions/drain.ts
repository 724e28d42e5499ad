import { draining } from 'stevedore:policy';
import { type AwsClients, createClients } from '../lib/aws/clients.ts';
import type { Heard } from '../lib/draining/notice.ts';
import type { DrainRecord } from '../lib/draining/record.ts';
import { emitDrainGauges } from '../lib/journal/metrics.ts';
import { createDrainHandler } from './drain-handler.ts';
import { createGround } from './ground.ts';

const { metrics, ...ground } = createGround<DrainRecord, Heard, AwsClients>(createClients);

export const handler = createDrainHandler({
  ...ground,
  policy: draining,
  report: ({ cluster, ...gauges }) => emitDrainGauges(metrics, cluster, gauges),
});
