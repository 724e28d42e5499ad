import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { ApiError } from '../../simulator/kernel.ts';
import type { Handler } from '../../simulator/lambda.ts';
import type { DeploySpec } from '../../simulator/world.ts';
import { clientsOf, prodWorld } from './worlds.ts';

type Body = (tools: ReturnType<typeof prodWorld>, ...parameters: Parameters<Handler>) => Promise<unknown>;

function deployed(body: Body, spec: Partial<DeploySpec> = {}) {
  const made = prodWorld();
  const { world } = made;
  const started: number[] = [];
  const invoke = world.deploy({
    name: 'f',
    coldStartMs: 0,
    ...spec,
    handler: (event, context) => {
      started.push(world.now());
      return body(made, event, context);
    },
  });
  const stats = () => world.lambda.stats.get('f');
  const outcomes = () => world.recording.invocations.map(({ outcome }) => outcome);
  return { ...made, started, stats, invoke, outcomes };
}

describe('an asynchronous invocation', () => {
  it('takes as long as its calls, in virtual time', async () => {
    const { world, invoke } = deployed(async ({ ecs }) => {
      await ecs.listTasks({ cluster: 'prod' });
      await Promise.all([
        ecs.listTasks({ cluster: 'prod' }),
        ecs.listContainerInstances({ cluster: 'prod' }),
      ]);
    });
    invoke({});
    await world.runFor(MINUTE);
    const [record] = world.recording.invocations;
    expect(record).toMatchObject({ outcome: 'ok', calls: 3 });
    expect(record?.durationMs).toBeGreaterThanOrEqual(30);
    expect(record?.durationMs).toBeLessThanOrEqual(120);
    expect(record?.durationMs).toBe(spanOf(world.recording.calls.map(({ latencyMs }) => latencyMs)));
  });

  it('interleaves with others at the same time', async () => {
    const order: string[] = [];
    const { world, invoke } = deployed(async ({ ecs }, event) => {
      for (let step = 0; step < 3; step++) {
        await ecs.listTasks({ cluster: 'prod' });
        order.push(String(event));
      }
    });
    for (const name of ['a', 'b', 'c']) invoke(name);
    await world.runFor(MINUTE);
    expect(order.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c']);
    expect(order.join('')).not.toBe('aaabbbccc');
  });

  it('is tried again after one and two minutes, then goes to the on-failure destination', async () => {
    const { world, started, invoke } = deployed(async () => {
      throw new Error('no');
    });
    invoke({ n: 1 });
    await world.runFor(10 * MINUTE);
    const [a = 0, b = 0, c = 0] = started;
    expect([started.length, Math.round((b - a) / MINUTE), Math.round((c - b) / MINUTE)]).toEqual([3, 1, 2]);
    expect(world.lambda.failures).toEqual([{ function: 'f', event: { n: 1 }, error: 'Error: no' }]);
  });

  it('times out, and what it still asks for is never answered', async () => {
    let after = false;
    const { world, invoke, outcomes, ecs } = deployed(
      async ({ world }) => {
        await world.clock.sleep(SECOND);
        await ecs.listTasks({ cluster: 'prod' });
        after = true;
      },
      { timeoutMs: 500, retries: 0 },
    );
    invoke({});
    await world.runFor(10 * MINUTE);
    expect({ after, outcomes: outcomes() }).toEqual({ after: false, outcomes: ['timeout'] });
  });

  it('tells the remaining time', async () => {
    const left: number[] = [];
    const { world, invoke } = deployed(
      async ({ world }, _event, context) => {
        left.push(context.getRemainingTimeInMillis());
        await world.clock.sleep(SECOND);
        left.push(context.getRemainingTimeInMillis());
      },
      { timeoutMs: 5 * SECOND },
    );
    invoke({});
    await world.runFor(MINUTE);
    expect(left).toEqual([5 * SECOND, 4 * SECOND]);
  });

  it('waits its turn under a concurrency cap', async () => {
    const { world, invoke, stats, outcomes } = deployed(({ world }) => world.clock.sleep(10 * SECOND), {
      concurrency: 2,
    });
    for (let n = 0; n < 6; n++) invoke(n);
    await world.runFor(5 * MINUTE);
    expect(stats()?.mostAtOnce).toBe(2);
    expect(stats()?.throttles).toBeGreaterThan(0);
    expect(outcomes()).toEqual(Array(6).fill('ok'));
  });

  it('gives each environment its own handler, and keeps it while it is warm', async () => {
    const { world } = prodWorld();
    const uses: number[][] = [];
    const invoke = world.deploy({
      name: 'f',
      init: () => {
        const own: number[] = [];
        uses.push(own);
        return async (event) => {
          own.push(Number(event));
          await world.clock.sleep(SECOND);
        };
      },
    });
    invoke(1);
    invoke(2);
    await world.runFor(MINUTE);
    invoke(3);
    await world.runFor(MINUTE);
    expect(uses.map((own) => own.length).toSorted()).toEqual([1, 2]);
  });
});

describe('an injected fault', () => {
  const drain: Body = async ({ ecs, instances }) => {
    const containerInstances = instances.map(({ arn }) => arn);
    await ecs.listTasks({ cluster: 'prod' });
    await ecs.updateContainerInstancesState({ cluster: 'prod', containerInstances, status: 'DRAINING' });
    await ecs.listTasks({ cluster: 'prod' });
  };

  it.each([
    ['applied', 'DRAINING'],
    ['not-applied', 'ACTIVE'],
  ] as const)('crashes an invocation at its second call, which is %s', async (effect, status) => {
    const { world, invoke, outcomes, instances } = deployed(drain, { retries: 0 });
    world.faults.crashAt((call) => call.ordinal === 2, effect);
    invoke({});
    await world.runFor(MINUTE);
    expect(outcomes()).toEqual(['crash']);
    expect(new Set(instances.map((instance) => instance.status))).toEqual(new Set([status]));
    expect(world.recording.countOf('ECS:ListTasks')).toBe(1);
  });

  it('a crashed invocation is tried again, in a new environment', async () => {
    const { world, invoke, outcomes, stats } = deployed(drain);
    world.faults.crashAt((call) => call.ordinal === 1, 'not-applied');
    invoke({});
    await world.runFor(2 * MINUTE);
    expect([outcomes(), stats()?.coldStarts]).toEqual([['crash', 'ok'], 2]);
  });

  it('refuses the calls that it names, with the error that it gives', async () => {
    const { world } = prodWorld();
    const { ecs } = clientsOf(world);
    const error = new ApiError('ServerException', 'Service Unavailable. Please try again later.', 500);
    world.faults.failCall(({ operation }) => operation === 'ListTasks', error, { nth: 2 });
    const list = () => ecs.listTasks({ cluster: 'prod' });
    await list();
    await expect(list()).rejects.toMatchObject({
      name: 'ServerException',
      $metadata: { httpStatusCode: 500 },
    });
    await expect(list()).resolves.toBeDefined();
  });
});

/** The first call, then the longer of the two that go together. */
function spanOf(latencies: readonly number[]): number {
  const [one = 0, ...pair] = latencies;
  return one + Math.max(...pair);
}
