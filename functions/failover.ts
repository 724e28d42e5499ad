import { failover } from 'stevedore:policy';
import { createFailoverClients, type FailoverClients } from '../lib/aws/failover-clients.ts';
import type { Heard } from '../lib/failover/notice.ts';
import type { FailoverRecord } from '../lib/failover/record.ts';
import { optional } from './environment.ts';
import { createFailoverHandler } from './failover-handler.ts';
import { createGround } from './ground.ts';

const { metrics: _, ...ground } = createGround<FailoverRecord, Heard, FailoverClients>(createFailoverClients);

export const handler = createFailoverHandler({
  ...ground,
  policy: failover,
  random: Math.random,
  probeTaskDefinition: optional('PROBE_TASK_DEFINITION') ?? null,
});
