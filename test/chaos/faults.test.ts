import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import { buildStage } from '../../simulator/chaos/build.ts';
import type { FaultKind } from '../../simulator/chaos/faults.ts';
import { inject } from '../../simulator/chaos/inject.ts';
import { ApiError } from '../../simulator/kernel.ts';
import type { CallRecord } from '../../simulator/recording.ts';
import { clientsOf } from '../simulator/worlds.ts';
import { type Clients, cluster, SCALING, setCount, stage } from './stage.ts';

/** A function that does this once, and what AWS recorded of it. */
async function once(act: (aws: Clients) => Promise<unknown>, arm: (made: ReturnType<typeof stage>) => void) {
  const made = stage(SCALING);
  const { web } = cluster(made.world);
  arm(made);
  const calls: CallRecord[] = [];
  made.world.recording.callListeners.push((call) => calls.push(call));
  made.misbehave('scale', act);
  await made.world.runFor(10 * SECOND);
  return { ...made, web, calls };
}

const broken = new ApiError('InternalFailure', 'The request processing has failed.', 500);
const isUpdate = ({ operation }: { readonly operation: string }) => operation === 'UpdateService';

describe('the record of a call', () => {
  it('says that a call was carried out whose answer was lost', async () => {
    const { web, calls } = await once(setCount(8), ({ world }) =>
      world.faults.failAfterEffect(isUpdate, broken, { times: 9 }),
    );

    expect(web.desired).toBe(8);
    expect(calls[0]).toMatchObject({ error: 'InternalFailure', carriedOut: true });
  });

  it('says that a call was not carried out that was refused', async () => {
    const { web, calls } = await once(setCount(8), ({ world }) =>
      world.faults.failCall(isUpdate, broken, { times: 9 }),
    );

    expect(web.desired).toBe(6);
    expect(calls[0]).toMatchObject({ error: 'InternalFailure', carriedOut: false });
  });
});

describe('a stale read', () => {
  /** How many tasks ECS says are desired, before a change and so long after it. */
  async function countsAround(afterMs: number, maxAgeMs: number) {
    const { world } = stage(SCALING);
    const { web } = cluster(world);
    const { ecs } = clientsOf(world);
    world.faults.staleRead(({ operation }) => operation === 'DescribeServices', maxAgeMs, { times: 1 });
    const read = async () => {
      const { services = [] } = await ecs.describeServices({ cluster: 'prod', services: ['web'] });
      return services[0]?.desiredCount;
    };
    const before = await read();
    world.ecs.updateService(web, { desiredCount: 9 });
    await world.runFor(afterMs);
    return [before, await read(), await read()];
  }

  it('gives an answer of before the change, once', async () => {
    expect(await countsAround(3 * SECOND, 5 * SECOND)).toEqual([6, 6, 9]);
  });

  it('gives none that is older than said', async () => {
    expect(await countsAround(6 * SECOND, 5 * SECOND)).toEqual([6, 9, 9]);
  });
});

/** A world of seed 1 with this fault and no other, ten seconds after it has begun. */
async function chaosWith(what: FaultKind, seed = 1) {
  const built = buildStage(seed);
  inject(built, [{ id: 0, afterMs: SECOND, what }]);
  await built.world.runFor(2 * SECOND);
  return built;
}

describe('a fault of the schedule', () => {
  it('reorder: events that come close together arrive in opposite order', async () => {
    const { world } = await chaosWith({ kind: 'reorder', of: 'Tick', times: 3, byMs: 5 * SECOND });
    const arrived: unknown[] = [];
    const handler = async (event: unknown) => arrived.push(Reflect.get(Object(event), 'detail'));
    world.deploy({
      name: 'listener',
      handler,
      rules: [{ name: 'ticks', pattern: { 'detail-type': ['Tick'] } }],
    });
    for (const number of [1, 2, 3]) {
      world.bus.publish({ source: 'test', detailType: 'Tick', resources: [], detail: { number } });
    }
    await world.runFor(MINUTE);

    expect(arrived).toEqual([{ number: 3 }, { number: 2 }, { number: 1 }]);
  });

  const FUNCTIONS: readonly FunctionName[] = ['drain', 'scale', 'failover', 'retag'];

  /** A seed whose policy has all four capabilities, to be invoked by the schedule within minutes. */
  const seedWithAll = () => {
    for (let seed = 1; seed < 200; seed++) {
      const { policy } = buildStage(seed);
      if (policy.draining && policy.scaling && policy.failover && policy.retagging) return seed;
    }
    throw new Error('No seed has all capabilities.');
  };
  const seed = seedWithAll();

  it.each(FUNCTIONS)('crash: an invocation of %s dies at a call', async (name) => {
    const { world } = await chaosWith({ kind: 'crash', function: name, nth: 1, call: 'applied' }, seed);
    await world.runFor(6 * MINUTE);

    const crashed = world.recording.invocations.filter(({ outcome }) => outcome === 'crash');
    expect(crashed.map((one) => one.function)).toEqual([name]);
  });

  it.each(FUNCTIONS)('crash-at-store: an invocation of %s dies at a write to the table', async (name) => {
    const fault = { kind: 'crash-at-store', function: name, nth: 1, write: 'not-applied' } as const;
    const { world, groups } = await chaosWith(fault, seed);
    // Without an event draining has nothing to write.
    for (const id of groups[0]?.members.keys() ?? []) world.ec2.terminate(id);
    await world.runFor(6 * MINUTE);

    const crashed = world.recording.invocations.filter(({ outcome }) => outcome === 'crash');
    expect(crashed.map((one) => one.function)).toEqual([name]);
    expect(crashed[0]?.error).toContain("at the table's");
  });

  it('pause: the kill switch is on for its time', async () => {
    const { world, deployment } = await chaosWith({ kind: 'pause', scope: 'scaling', forMs: MINUTE });
    const during = await deployment.store.paused();
    await world.runFor(MINUTE);

    expect([...during]).toEqual(['scaling']);
    expect([...(await deployment.store.paused())]).toEqual([]);
  });
});
