import { beforeAll, describe, expect, it } from 'vitest';
import { type EpochMs, MINUTE, SECOND } from '../../lib/clock.ts';
import { loadPolicy } from '../../lib/policy/load.ts';
import type { Oracle, Violation } from '../../simulator/chaos/oracle.ts';
import { oracles } from '../../simulator/chaos/oracles/index.ts';
import { harbour } from '../../simulator/scenarios/harbour.ts';

describe('an afternoon in the harbour', () => {
  const violations: Violation[] = [];

  beforeAll(async () => {
    const { world, deployment, endsAt } = harbour();
    const loaded = loadPolicy('examples/harbour.yml');
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    const faultsEndAt: EpochMs = world.now() + 78 * MINUTE;
    // One event comes again when nobody needs it any more.
    world.faults.duplicateEvent(
      ({ 'detail-type': type }) => type === 'CloudWatch Alarm State Change',
      90 * MINUTE,
      { times: 3 },
    );
    const watching = oracles.map((oracle: Oracle) =>
      oracle.watch({ world, deployment, policy: loaded.policy, faultsEndAt }),
    );
    while (world.now() < endsAt) {
      await world.runFor(SECOND);
      for (const one of watching) violations.push(...one.step());
    }
    for (const one of watching) violations.push(...one.end());
  }, 60_000);

  it.each(oracles.map(({ name, promise }) => [name, promise]))('%s: %s', (name) => {
    expect(violations.filter(({ oracle }) => oracle === name)).toEqual([]);
  });
});
