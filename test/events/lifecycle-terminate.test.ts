import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../events/index.ts';
import { edited, instance, only, otherInstance, rejection, sample } from './samples.ts';

const asked = { kind: 'lifecycle-terminate', group: 'prod-hosts', hook: 'stevedore-drain', cluster: 'prod' };

describe('a terminate lifecycle action', () => {
  it('is read from EventBridge with its token and its time', () => {
    expect(only(sample('lifecycle-terminate'))).toEqual({
      ...asked,
      eventId: 'b1a7e3c4-0d52-4f6b-9e18-2c3d4e5f6a70',
      detailType: 'EC2 Instance-terminate Lifecycle Action',
      at: Date.UTC(2026, 10, 21, 14),
      instanceId: instance,
      token: '3c1f0a52-7b9e-4d2a-8f43-5a6b7c8d9e01',
    });
  });

  it('edge 44: names the warm pool that it goes to', () => {
    const event = only(sample('lifecycle-terminate-warm-pool'));
    expect(event).toMatchObject({ ...asked, origin: 'AutoScalingGroup', destination: 'WarmPool' });
  });

  it('is read from a topic, with the id of the SNS message', () => {
    const event = only(sample('lifecycle-terminate-sns'));
    const eventId = '8a0c5e11-2f3d-5b6a-9c7e-1d2e3f4a5b6c';
    expect(event).toMatchObject({ ...asked, eventId, at: Date.UTC(2026, 10, 21, 14, 0, 0, 412) });
  });

  it('is read from a queue that is subscribed to a topic', () => {
    const event = only(sample('lifecycle-terminate-sqs-from-sns'));
    expect(event).toMatchObject({ ...asked, eventId: '8a0c5e11-2f3d-5b6a-9c7e-1d2e3f4a5b6c' });
  });

  it('comes several at a time from a queue', () => {
    const { events } = parseEvent(sample('lifecycle-terminate-sqs'));
    expect(events).toMatchObject([
      { ...asked, instanceId: instance, eventId: '2f8d1c3a-6b4e-4d5f-8a70-9c1b2d3e4f50' },
      { ...asked, instanceId: otherInstance, eventId: '3a9e2d4b-7c5f-4e6a-9b81-0d2c3e4f5a61' },
    ]);
  });

  it('is not lost for a broken message beside it', () => {
    const { events, rejected } = parseEvent(
      edited('lifecycle-terminate-sqs', { 'Records.0.body': '{"half' }),
    );
    expect(events).toMatchObject([{ instanceId: otherInstance }]);
    expect(rejected).toMatchObject([
      {
        why: 'malformed',
        sentence: 'Records[0].body is "{\\"half"; expected the JSON text of a lifecycle action or an alarm',
      },
    ]);
  });

  it('edge 34: the test notification names no instance and is an event of its own', () => {
    expect(only(sample('lifecycle-test-notification'))).toEqual({
      kind: 'lifecycle-test',
      eventId: '9b1d6f22-3a4e-5c7b-8d8f-2e3f4a5b6c7d',
      detailType: 'autoscaling:TEST_NOTIFICATION',
      at: Date.UTC(2026, 10, 20, 9, 12, 44, 37),
      group: 'prod-hosts',
    });
  });
});

describe('the metadata of a hook', () => {
  it.each([
    ['plain text', 'prod'],
    ['a list', '["prod"]'],
    ['another object', '{"team":"web"}'],
    ['a cluster that is no text', '{"cluster":7}'],
    ['no text at all', { cluster: 'prod' }],
  ])('means nothing as %s', (_, metadata) => {
    const event = only(edited('lifecycle-terminate', { 'detail.NotificationMetadata': metadata }));
    expect(event).not.toHaveProperty('cluster');
  });
});

describe('what is no terminate lifecycle action', () => {
  const message = (change: object) => ({
    Records: [
      {
        EventSource: 'aws:sns',
        Sns: {
          MessageId: 'm-1',
          Message: JSON.stringify({
            AutoScalingGroupName: 'prod-hosts',
            LifecycleHookName: 'stevedore-drain',
            LifecycleActionToken: 'token',
            LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
            EC2InstanceId: instance,
            Time: '2026-11-21T14:00:00Z',
            ...change,
          }),
        },
      },
    ],
  });

  it('is unknown if a launch hook shares the topic', () => {
    expect(rejection(message({ LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' }))).toBe(
      'unknown: Records[0].Sns.Message.LifecycleTransition is "autoscaling:EC2_INSTANCE_LAUNCHING"; only "autoscaling:EC2_INSTANCE_TERMINATING" is read',
    );
  });

  it('is unknown if it is another notification of the group', () => {
    expect(rejection(message({ Event: 'autoscaling:EC2_INSTANCE_TERMINATE' }))).toMatch(
      /^unknown: .*\.Event is/,
    );
  });

  it('is malformed without an instance id', () => {
    expect(rejection(message({ EC2InstanceId: undefined }))).toBe(
      'malformed: Records[0].Sns.Message.EC2InstanceId is missing; expected an instance id such as i-0123456789abcdef0',
    );
  });

  it('is of a foreign service if another one sent the records', () => {
    expect(rejection({ Records: [{ eventSource: 'aws:s3' }] })).toMatch(
      /^foreign-service: Records\[0\] is from/,
    );
  });

  it.each([
    ['no record', { Records: [] }],
    ['a record that is none', { Records: [null] }],
    ['a message that is no text', { Records: [{ EventSource: 'aws:sns', Sns: { Message: 7 } }] }],
    ['a body that is missing', { Records: [{ eventSource: 'aws:sqs' }] }],
  ])('is malformed with %s', (_, raw) => {
    expect(rejection(raw)).toMatch(/^malformed: Records/);
  });
});
