import { parentPort } from 'node:worker_threads';
import { type Job, play } from './play.ts';

// Plays one job after the other, as pool.ts sends them.
parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await play(job)));
