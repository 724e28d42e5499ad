import { chunk, mapConcurrent } from '../../../lib/aws/batch.ts';

/** Calls under way at once, for each cluster. AWS's buckets are for everybody in the account. */
export const CONCURRENCY = 4;

/**
 * Everything that a call tells about `ids`, at most `size` in one call. Where one id that does not exist fails the
 * whole call, they are asked about one by one, and that one is left out.
 */
export async function inBatches<T>(
  ids: Iterable<string>,
  size: number,
  read: (batch: string[]) => Promise<readonly T[]>,
  isMissing: (error: unknown) => boolean = () => false,
): Promise<T[]> {
  const tolerant = async (batch: string[]): Promise<readonly T[]> => {
    try {
      return await read(batch);
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (batch.length === 1) return [];
      const ones: T[] = [];
      for (const id of batch) ones.push(...(await tolerant([id])));
      return ones;
    }
  };
  const batches = chunk([...new Set(ids)], size);
  return (await mapConcurrent(batches, CONCURRENCY, tolerant)).flat();
}
