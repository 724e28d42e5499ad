import { describe, expect, it } from 'vitest';
import { edited, instance, only, rejection, sample } from './samples.ts';

describe('a Spot interruption warning', () => {
  it('names the instance and what EC2 will do to it', () => {
    expect(only(sample('spot-interruption'))).toEqual({
      kind: 'spot-interruption',
      eventId: 'd3c9a5e6-2f74-4b8d-9a3b-4e5f6a7b8c92',
      detailType: 'EC2 Spot Instance Interruption Warning',
      at: Date.UTC(2026, 10, 21, 14, 3, 11),
      instanceId: instance,
      action: 'terminate',
    });
  });

  it('edge 18: may say hibernate, which begins at once', () => {
    const event = only(edited('spot-interruption', { 'detail.instance-action': 'hibernate' }));
    expect(event).toMatchObject({ action: 'hibernate' });
  });

  it('is malformed with an action that EC2 does not have', () => {
    expect(rejection(edited('spot-interruption', { 'detail.instance-action': 'explode' }))).toBe(
      'malformed: detail.instance-action is "explode"; expected "terminate" or "stop" or "hibernate"',
    );
  });

  it('does not need resources, which AWS may leave out', () => {
    expect(only(edited('spot-interruption', { resources: undefined }))).toMatchObject({
      instanceId: instance,
    });
  });

  it('lets fields pass that AWS adds one day', () => {
    const event = edited('spot-interruption', { 'detail.new-field': { deep: [1] }, 'another-field': true });
    expect(only(event)).toEqual(only(sample('spot-interruption')));
  });
});

describe('a rebalance recommendation', () => {
  it('names the instance', () => {
    expect(only(sample('rebalance-recommendation'))).toEqual({
      kind: 'rebalance-recommendation',
      eventId: 'e4d0b6f7-3a85-4c9e-8b4c-5f6a7b8c9da3',
      detailType: 'EC2 Instance Rebalance Recommendation',
      at: Date.UTC(2026, 10, 21, 13, 48, 52),
      instanceId: instance,
    });
  });

  it('is malformed with something else in the place of the id', () => {
    expect(
      rejection(edited('rebalance-recommendation', { 'detail.instance-id': 'vol-0123456789abcdef0' })),
    ).toBe(
      'malformed: detail.instance-id is "vol-0123456789abcdef0"; expected an instance id such as i-0123456789abcdef0',
    );
  });
});

describe('an EC2 state change', () => {
  it.each(['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'])(
    'is read as %s',
    (state) => {
      const event = only(edited('instance-state-change', { 'detail.state': state }));
      expect(event).toMatchObject({ kind: 'instance-state-change', instanceId: instance, state });
    },
  );

  it('is malformed in a state that EC2 does not have', () => {
    expect(rejection(edited('instance-state-change', { 'detail.state': ['stopped'] }))).toMatch(
      /^malformed: detail\.state is a list of 1; expected "pending" or/,
    );
  });
});
