import { retagging } from 'stevedore:policy';
import { createRetaggingClients, type RetaggingClients } from '../lib/aws/retagging-clients.ts';
import { MOST_COPIED } from '../lib/retagging/dependencies.ts';
import type { Heard } from '../lib/retagging/notice.ts';
import type { RetaggingRecord } from '../lib/retagging/repository-record.ts';
import { createGround } from './ground.ts';
import { createRetagHandler } from './retag-handler.ts';

const { metrics: _, ...ground } = createGround<RetaggingRecord, Heard, RetaggingClients>(
  createRetaggingClients,
);

/** Each takes about five times the 10 MiB of its part. */
const LAYERS = 2;

export const handler = createRetagHandler({
  ...ground,
  policy: retagging,
  copying: { fetch, mostBytes: MOST_COPIED, layers: LAYERS },
});
