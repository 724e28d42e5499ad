import { describe, expect, it } from 'vitest';
import { act } from '../../lib/capacity/act.ts';
import type { Action } from '../../lib/capacity/decision.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { awsError, denied } from '../functions/calls.ts';
import { createCapacityWorld } from './world.ts';

const group = groupName('prod-hosts');
const SET = 'AutoScaling:SetDesiredCapacity';
const TERMINATE = 'AutoScaling:TerminateInstanceInAutoScalingGroup';
const PUT = 'EventBridge:PutEvents';

const count: Action = { kind: 'set-desired', group, desired: 4 };
const terminate: Action = { kind: 'terminate', host: 'i-1', group };
const drain: Action = { kind: 'order-drain', host: 'i-2', by: 'capacity: underused' };

const actOn = (world: ReturnType<typeof createCapacityWorld>, ...actions: readonly Action[]) =>
  act(world.clients, clusterName('prod'), actions);

describe('an action', () => {
  it('sets an absolute count, whatever cooldown the group is in', async () => {
    const world = createCapacityWorld();

    expect(await actOn(world, count)).toEqual([{ action: count, call: SET, result: 'done' }]);
    expect(world.inputs(SET)).toEqual([
      { AutoScalingGroupName: 'prod-hosts', DesiredCapacity: 4, HonorCooldown: false },
    ]);
  });

  it('terminates by name and lowers the count, so that no other instance is launched or chosen', async () => {
    const world = createCapacityWorld();

    await actOn(world, terminate);

    expect(world.inputs(TERMINATE)).toEqual([{ InstanceId: 'i-1', ShouldDecrementDesiredCapacity: true }]);
  });

  it.each([
    ['drain', drain],
    ['release', { ...drain, kind: 'order-release' } as const],
  ])('orders a %s as an operator does', async (verb, action) => {
    const world = createCapacityWorld();

    await actOn(world, action);

    const [{ Entries = [] } = {}] = world.inputs(PUT) as { Entries?: { Detail: string }[] }[];
    expect(Entries).toMatchObject([{ Source: 'stevedore.operator', DetailType: 'Stevedore Drain Order' }]);
    expect(JSON.parse(Entries[0]?.Detail ?? '')).toEqual({
      verb,
      instanceId: 'i-2',
      cluster: 'prod',
      by: 'capacity: underused',
    });
  });

  it('made twice leaves what one leaves', async () => {
    const world = createCapacityWorld();

    await actOn(world, count, drain);
    await actOn(world, count, drain);

    expect(new Set(world.inputs(SET).map((input) => JSON.stringify(input))).size).toBe(1);
    expect(new Set(world.inputs(PUT).map((input) => JSON.stringify(input))).size).toBe(1);
  });
});

it('capacity edge 16: counts are set before anything is terminated', async () => {
  const world = createCapacityWorld();

  await actOn(world, terminate, drain, count);

  expect(world.names()[0]).toBe(SET);
});

describe('what AWS does not take', () => {
  it('is told of the one action, and the others are carried out', async () => {
    const world = createCapacityWorld();
    world.fail(SET, denied('autoscaling:SetDesiredCapacity'));

    expect(await actOn(world, count, drain)).toMatchObject([
      { action: count, result: 'refused', error: { code: 'aws-access-denied' } },
      { action: drain, result: 'done' },
    ]);
  });

  it('is an instance that is gone', async () => {
    const world = createCapacityWorld();
    world.fail(TERMINATE, awsError('ValidationError', 'Instance Id not found - No managed instance found'));

    expect(await actOn(world, terminate)).toMatchObject([{ result: 'gone' }]);
  });

  it('is an order that EventBridge answers 200 to and does not take', async () => {
    const world = createCapacityWorld();
    const Entries = [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }];
    world.state.putEvents = { FailedEntryCount: 1, Entries };

    expect(await actOn(world, drain)).toMatchObject([{ result: 'retry', error: { code: 'aws-throttled' } }]);
  });
});
