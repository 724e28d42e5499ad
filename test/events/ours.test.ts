import { describe, expect, it } from 'vitest';
import { edited, instance, only, rejection, sample } from './samples.ts';

const by = 'arn:aws:sts::111122223333:assumed-role/operator/jo';

describe("an operator's order", () => {
  it('names the instance, the cluster and who gives it', () => {
    expect(only(sample('drain-order'))).toEqual({
      kind: 'drain-order',
      eventId: 'c08b4c5d-7ea9-4fb0-81d8-9daebfc0d1e6',
      detailType: 'Stevedore Drain Order',
      at: Date.UTC(2026, 10, 21, 15, 20),
      verb: 'drain',
      instanceId: instance,
      cluster: 'prod',
      by,
    });
  });

  it('may leave the cluster out', () => {
    const event = only(sample('drain-order-release'));
    expect(event).toMatchObject({ verb: 'release', instanceId: instance, by });
    expect(event).not.toHaveProperty('cluster');
  });

  it.each([
    [
      'another verb',
      { 'detail.verb': 'terminate' },
      'detail.verb is "terminate"; expected "drain" or "release"',
    ],
    ['nobody behind it', { 'detail.by': '' }, 'detail.by is ""; expected the name of who gives the order'],
    [
      'an ARN for the cluster',
      { 'detail.cluster': 'cluster/prod' },
      'detail.cluster is "cluster/prod"; expected the name of an ECS cluster (letters, digits, hyphens and underscores)',
    ],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('drain-order', changes))).toBe(`malformed: ${sentence}`);
  });
});

describe("an operator's order for a count", () => {
  it('names the service, the count and who gives it', () => {
    expect(only(sample('scale-order'))).toEqual({
      kind: 'scale-order',
      eventId: '5d0b7f1e-63c4-4a3b-9d2f-7e8a9b0c1d2e',
      detailType: 'Stevedore Scale Order',
      at: Date.UTC(2026, 10, 21, 15, 20),
      target: 'service/prod/web',
      count: 10,
      by,
    });
  });

  it('may be for a group, and for none of it', () => {
    expect(only(sample('scale-order-group'))).toMatchObject({ target: 'group/prod-hosts', count: 0 });
  });

  it.each([
    ['a step', { 'detail.count': '+2' }, 'detail.count is "+2"; expected a whole number, zero or more'],
    [
      'less than nothing',
      { 'detail.count': -1 },
      'detail.count is -1; expected a whole number, zero or more',
    ],
    [
      'a service without its cluster',
      { 'detail.target': 'service/web' },
      'detail.target is "service/web"; expected service/CLUSTER/NAME or group/NAME, as the policy names it',
    ],
    ['nobody behind it', { 'detail.by': '' }, 'detail.by is ""; expected the name of who gives the order'],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('scale-order', changes))).toBe(`malformed: ${sentence}`);
  });
});

describe('a tick of the schedule', () => {
  it('is the event of a scheduled rule', () => {
    expect(only(sample('schedule-tick'))).toEqual({
      kind: 'schedule-tick',
      eventId: 'e2ad6e7f-90c1-4bd2-83fa-bfc0d1e2f3a8',
      detailType: 'Scheduled Event',
      at: Date.UTC(2026, 10, 21, 14, 1),
    });
  });

  it('is also the constant input, which cannot tell the time', () => {
    expect(only(sample('schedule-tick-constant'))).toEqual({
      kind: 'schedule-tick',
      eventId: 'tick',
      detailType: 'Stevedore Tick',
    });
  });

  it('has the time of a constant input that carries one', () => {
    const event = only(edited('schedule-tick-constant', { id: 'tick-7', time: '2026-11-21T14:01:00Z' }));
    expect(event).toMatchObject({ eventId: 'tick-7', at: Date.UTC(2026, 10, 21, 14, 1) });
  });
});
