import { scaling } from 'stevedore:policy';
import { createScalingClients, type ScalingClients } from '../lib/aws/scaling-clients.ts';
import type { Heard } from '../lib/scaling/notice.ts';
import type { ScalingRecord } from '../lib/scaling/record.ts';
import { createGround } from './ground.ts';
import { createScaleHandler } from './scale-handler.ts';

const { metrics: _, ...ground } = createGround<ScalingRecord, Heard, ScalingClients>(createScalingClients);

export const handler = createScaleHandler({ ...ground, policy: scaling });
