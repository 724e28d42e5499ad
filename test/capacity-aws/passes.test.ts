import { describe, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { denied, throttled } from '../functions/calls.ts';
import { createCapacityRig, eager } from './rig.ts';
import { containerInstance, group, service, settle, task } from './shapes.ts';

const SET = 'AutoScaling:SetDesiredCapacity';
const TERMINATE = 'AutoScaling:TerminateInstanceInAutoScalingGroup';
const PUT = 'EventBridge:PutEvents';
const LIST = 'ECS:ListContainerInstances';

type Rig = ReturnType<typeof createCapacityRig>;

/** Two instances, of which i-2 has nothing on it; the group's minimum is one. */
function halfEmpty(...of: Parameters<typeof createCapacityRig>): Rig {
  const rig = createCapacityRig(...of);
  settle(rig.world, ['i-1', 'i-2'], 1);
  rig.world.state.tasks = [task('t-1', 'i-1')];
  return rig;
}

/** No instance has room: service web wants one task more than it has. */
function short(...of: Parameters<typeof createCapacityRig>): Rig {
  const rig = createCapacityRig(...of);
  settle(rig.world, [], 1);
  rig.world.state.groups = [group([], { MinSize: 0 })];
  return rig;
}

function drained({ world }: Rig): void {
  const { state } = world;
  state.instances = [containerInstance('i-1'), containerInstance('i-2', { status: 'DRAINING' })];
}

const orders = ({ world }: Rig) =>
  world.inputs(PUT).map((input) => {
    const [entry] = (input as { Entries: { Detail: string }[] }).Entries;
    return JSON.parse(entry?.Detail ?? '') as unknown;
  });

describe('an instance that can go', () => {
  it('is ordered to drain, then terminated, and gone: three looks, and the history says why', async () => {
    const rig = halfEmpty();

    await rig.tick();
    expect(orders(rig)).toEqual([
      { verb: 'drain', instanceId: 'i-2', cluster: 'prod', by: 'capacity: empty' },
    ]);
    drained(rig);
    await rig.tick();
    expect(rig.world.inputs(TERMINATE)).toHaveLength(1);
    rig.world.state.instances = [containerInstance('i-1')];
    rig.world.state.groups = [group(['i-1'])];
    await rig.tick();

    const own = rig.journal.entries.filter(({ subject }) => subject === 'i-2');
    expect(own.map(({ reason, calls }) => [reason, calls])).toEqual([
      ['drain-ordered', [PUT]],
      ['terminating', [TERMINATE]],
      ['gone', undefined],
    ]);
    expect((await rig.record())?.leaving).toEqual({});
    expect(rig.world.writes()).toEqual([PUT, TERMINATE]);
  });

  it('is ordered once, however often it is looked at', async () => {
    const rig = halfEmpty();

    await rig.tick();
    await rig.tick();
    await rig.tick();

    expect(orders(rig)).toHaveLength(1);
  });
});

describe('nothing is changed', () => {
  it('in mode observe, which says what would be', async () => {
    const rig = halfEmpty('observe');

    await rig.tick();
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('drain-ordered')).toMatchObject({
      outcome: 'observed',
      subject: 'i-2',
      weight: 'notable',
    });
    expect(
      rig.journal.entries.filter(({ weight, reason }) => weight === 'notable' && reason === 'drain-ordered'),
    ).toHaveLength(1);
    expect((await rig.record())?.leaving).toEqual({});
  });

  it.each(['all', 'capacity', 'capacity/prod'])('while %s is paused, nor read', async (scope) => {
    const rig = halfEmpty();
    await rig.store.pause(scope, 'ada', 0);

    await rig.tick();

    expect(rig.world.calls).toEqual([]);
    expect(rig.reasons()).toEqual(['paused']);
    await rig.store.resume(scope);
    await rig.tick();
    expect(orders(rig)).toHaveLength(1);
  });

  it('when the cluster could not be read, and what AWS denies is thrown', async () => {
    const rig = halfEmpty();
    rig.world.fail(LIST, denied('ecs:ListContainerInstances'));

    await expect(rig.tick()).rejects.toThrow('ecs:ListContainerInstances');
    expect(rig.world.writes()).toEqual([]);
    expect(rig.reasons()).toEqual(['access-denied']);
  });

  it('when somebody else has decided meanwhile: the next look decides afresh', async () => {
    const rig = halfEmpty();
    const commit = rig.store.commit.bind(rig.store);
    vi.spyOn(rig.store, 'commit').mockResolvedValueOnce(undefined).mockImplementation(commit);

    await rig.tick();
    expect(rig.world.writes()).toEqual([]);
    expect(rig.reasons()).toEqual([]);
    await rig.tick();

    expect(orders(rig)).toHaveLength(1);
  });
});

describe('a write that fails', () => {
  it('leaves the drain as it was, and is made again at the next look', async () => {
    const rig = halfEmpty();
    await rig.tick();
    drained(rig);
    rig.world.fail(TERMINATE, throttled());

    await rig.tick();
    expect((await rig.record())?.leaving['i-2']).toMatchObject({ phase: 'ordered' });
    expect(rig.entry('throttled')).toMatchObject({ subject: 'i-2', outcome: 'failed' });
    expect(rig.entry('terminating')).toBeUndefined();
    await rig.tick();

    expect((await rig.record())?.leaving['i-2']).toMatchObject({ phase: 'terminating' });
  });

  it('is thrown when AWS will refuse it again, so that Lambda retries and the queue gets it', async () => {
    const rig = halfEmpty();
    rig.world.fail(PUT, denied('events:PutEvents'));

    await expect(rig.tick()).rejects.toThrow('EventBridge:PutEvents');
    expect((await rig.record())?.leaving).toEqual({});
    await rig.tick(0);

    expect(orders(rig)).toHaveLength(2);
  });

  it('is not said to have launched anything', async () => {
    const rig = short();
    rig.world.fail(SET, throttled());
    await rig.tick();

    await rig.tick(2 * MINUTE);

    expect(rig.reasons()).toContain('throttled');
    expect(rig.reasons()).not.toContain('launched-for-need');
  });
});

it('a crash between the record and the calls: the drain is followed, and taken back when nothing came of it', async () => {
  const rig = halfEmpty();
  const asking = rig.world.hold(PUT);
  void rig.tick();
  await asking.reached;
  expect((await rig.record())?.leaving['i-2']).toMatchObject({ phase: 'ordered' });

  for (let minute = 0; minute < 7; minute += 1) await rig.tick();

  expect(rig.reasons()).toContain('drain-not-begun');
  expect(orders(rig)).toContainEqual(expect.objectContaining({ verb: 'release', instanceId: 'i-2' }));
});

describe('a cluster of more than 300 instances', () => {
  const large = () => {
    const rig = createCapacityRig('act', { ...eager, consolidation: null });
    const ids = Array.from({ length: 301 }, (_, n) => `i-${n}`);
    settle(rig.world, ids);
    rig.world.state.instances = ids.map((id) => containerInstance(id));
    return rig;
  };

  it('in which nothing waits and nothing leaves is read every third minute', async () => {
    const rig = large();

    for (let minute = 0; minute < 6; minute++) await rig.tick();

    expect(rig.world.calls.filter(({ name }) => name === 'ECS:ListServices')).toHaveLength(2);
  });

  it('is read at the next minute when a task finds no place', async () => {
    const rig = large();
    await rig.tick();
    const before = rig.world.calls.length;

    await rig.placementFailure();
    await rig.tick();

    expect(rig.world.calls.length).toBeGreaterThan(before);
  });
});

describe('a task that finds no place', () => {
  it('has its group raised by what is needed once it has waited long enough', async () => {
    const rig = short();

    await rig.tick();
    expect(rig.world.writes()).toEqual([]);
    await rig.tick();

    expect(rig.world.inputs(SET)).toMatchObject([{ DesiredCapacity: 1 }]);
    expect(rig.entry('launched-for-need')).toMatchObject({ subject: 'prod', calls: [SET], outcome: 'acted' });
  });

  it('is only noted when ECS says so: nothing is read', async () => {
    const rig = short();

    await rig.placementFailure();
    await rig.placementFailure();

    expect(rig.world.calls).toEqual([]);
    expect((await rig.record())?.pendingSince).toEqual({ 'service:web': rig.clock.now() });
    expect(rig.entry('placement-failed')).toMatchObject({
      weight: 'routine',
      outcome: 'held',
      subject: 'prod',
    });
  });

  it('has waited since ECS said so: the first tick acts', async () => {
    const rig = short();
    await rig.placementFailure();

    await rig.tick();

    expect(rig.world.inputs(SET)).toMatchObject([{ DesiredCapacity: 1 }]);
  });

  it('is forgotten when it has a place at the next look', async () => {
    const rig = halfEmpty();
    await rig.placementFailure();
    await rig.tick(10 * SECOND);
    rig.world.state.services = [service('web', 2)];

    await rig.tick(MINUTE);

    expect((await rig.record())?.pendingSince).toEqual({ 'service:web web:1': rig.clock.now() });
  });

  it('does not make what failed before pass for mended', async () => {
    const rig = short();
    rig.world.fail(LIST, throttled(), 20);
    await rig.tick();
    const failed = (await rig.record())?.lastReason;

    await rig.placementFailure();

    expect(failed).toBe('throttled failed');
    expect((await rig.record())?.lastReason).toBe(failed);
  });
});
