import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunk, mapConcurrent } from '../../lib/aws/batch.ts';
import { collectPages, TooManyPagesError } from '../../lib/aws/paging.ts';

describe('chunk', () => {
  it('loses, repeats and reorders nothing, and fills all but the last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 12 }), (items, size) => {
        const chunks = chunk(items, size);
        expect(chunks.flat()).toEqual(items);
        expect(chunks.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        expect(chunks.every(({ length }) => length >= 1 && length <= size)).toBe(true);
      }),
    );
  });

  it('names a size that would never end', () => {
    expect(() => chunk([1], 0)).toThrow('the size is 0');
  });
});

describe('mapConcurrent', () => {
  it('keeps the order and never has more under way than the limit', async () => {
    let underWay = 0;
    let most = 0;
    const results = await mapConcurrent([5, 1, 4, 2, 3], 2, async (turns) => {
      underWay++;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      underWay--;
      return turns * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it('throws the first failure and starts nothing after it', async () => {
    const started: number[] = [];
    const work = async (item: number) => {
      started.push(item);
      if (item === 2) throw new Error('no 2');
    };
    await expect(mapConcurrent([1, 2, 3, 4, 5, 6], 1, work)).rejects.toThrow('no 2');
    expect(started).toEqual([1, 2]);
  });
});

describe('collectPages', () => {
  it('edge 28: reads all pages, an empty one in the middle as well', async () => {
    const pages = [
      { items: [1, 2], next: '1' },
      { items: undefined, next: '2' },
      { items: [3], next: undefined },
    ];
    const all = await collectPages('numbers', async (token) => pages[Number(token ?? 0)] ?? fail());
    expect(all).toEqual([1, 2, 3]);
  });

  it('gives up by name on a listing without end', async () => {
    const endless = collectPages('ECS ListTasks of cluster prod', async () => ({ items: [1], next: 'x' }), 5);
    await expect(endless).rejects.toThrow(TooManyPagesError);
    await expect(endless).rejects.toThrow('ECS ListTasks of cluster prod has more than 5 pages');
  });
});

function fail(): never {
  throw new Error('there is no such page');
}
