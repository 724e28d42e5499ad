import { Worker } from 'node:worker_threads';
import { type Job, type Played, play } from './play.ts';

/**
 * Plays all jobs and yields what came of each, in their order, on so many threads; with one, in this one. A job knows
 * nothing of the others, so that the number of threads changes nothing but the time.
 */
export async function* playAll(jobs: readonly Job[], threads: number): AsyncGenerator<Played> {
  if (threads <= 1) {
    for (const job of jobs) yield await play(job);
    return;
  }
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL('./worker.ts', import.meta.url)),
  );
  const slots = jobs.map((job) => ({ job, ...Promise.withResolvers<Played>() }));
  // Whoever waits for a later one hears of a failure when it is its turn.
  for (const { promise } of slots) promise.catch(() => {});
  const waiting = [...slots];
  for (const worker of workers) feed(worker, () => waiting.shift());
  try {
    for (const { promise } of slots) yield await promise;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type Slot = { readonly job: Job } & PromiseWithResolvers<Played>;

function feed(worker: Worker, next: () => Slot | undefined): void {
  let slot = next();
  worker.on('message', (played: Played) => {
    slot?.resolve(played);
    slot = next();
    if (slot !== undefined) worker.postMessage(slot.job);
  });
  worker.on('error', (error) => slot?.reject(error));
  if (slot !== undefined) worker.postMessage(slot.job);
}
