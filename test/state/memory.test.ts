import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { testClock } from './clock.ts';
import { type State, storeContract } from './contract.ts';

describe('the memory store', () => {
  storeContract(async (clock) => createMemoryStore<State, string>(clock));

  it('refuses what DynamoDB would give back changed', async () => {
    const store = createMemoryStore<unknown, string>(testClock());
    const append = (create: unknown) => store.append({ partition: 'p', id: 'i' }, [], { create });
    await expect(append({ at: new Date(0) })).rejects.toThrow('the value.state.at is a Date');
    await expect(append({ deep: [{ count: Number.NaN }] })).rejects.toThrow(
      'the value.state.deep[0].count is a NaN',
    );
    await expect(append({ left: undefined })).resolves.toMatchObject({ state: {} });
  });
});
