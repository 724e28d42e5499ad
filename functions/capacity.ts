import { capacity } from 'stevedore:policy';
import { type AwsClients, createClients } from '../lib/aws/clients.ts';
import type { Heard } from '../lib/capacity/notice.ts';
import type { CapacityRecord } from '../lib/capacity/record.ts';
import { createCapacityHandler } from './capacity-handler.ts';
import { createGround } from './ground.ts';

const { metrics: _, ...ground } = createGround<CapacityRecord, Heard, AwsClients>(createClients);

export const handler = createCapacityHandler({ ...ground, policy: capacity, random: Math.random });
