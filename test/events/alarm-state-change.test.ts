import { describe, expect, it } from 'vitest';
import { edited, only, rejection, sample } from './samples.ts';

const arn = 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:web-cpu-high';
const composite = 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:web-busy';
const changed = Date.UTC(2026, 10, 21, 14, 0, 0, 412);
const transition = {
  kind: 'alarm-state-change',
  detailType: 'CloudWatch Alarm State Change',
  alarmArn: arn,
  alarmName: 'web-cpu-high',
  state: 'ALARM',
  previousState: 'OK',
  timestamp: changed,
  composite: false,
  test: false,
  children: [],
};

describe('an alarm that changed its state', () => {
  it('is read from EventBridge', () => {
    expect(only(sample('alarm-state-change'))).toEqual({
      ...transition,
      eventId: '7a0c1b2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d',
      at: Date.UTC(2026, 10, 21, 14),
    });
  });

  it('is the same transition as a direct Lambda action, whose id is the transition', () => {
    expect(only(sample('alarm-state-change-action'))).toEqual({
      ...transition,
      eventId: `${arn}@2026-11-21T14:00:00.412Z`,
      at: changed,
    });
  });

  it('is the same transition from SNS, with the id of the message', () => {
    expect(only(sample('alarm-state-change-sns'))).toEqual({
      ...transition,
      eventId: '9d8c7b6a-5f4e-5d3c-8b2a-1f0e9d8c7b6a',
      at: changed,
    });
  });

  it.each(['alarm-state-change-metric-math', 'alarm-state-change-anomaly', 'alarm-state-change-no-data'])(
    'scaling edges 16, 17 and 19: is read from %s, whatever values it has',
    (name) => {
      expect(only(sample(name))).toMatchObject(transition);
    },
  );

  it.each(['alarm-state-change-composite', 'alarm-state-change-composite-sns'])(
    'scaling edge 17: names the children that made a composite alarm change (%s)',
    (name) => {
      expect(only(sample(name))).toMatchObject({
        alarmArn: composite,
        alarmName: 'web-busy',
        composite: true,
        test: false,
        children: ['web-cpu-high'],
      });
    },
  );

  it('is known as a test when it was set by hand, with reason data or without', () => {
    expect(only(sample('alarm-state-change-set-by-hand'))).toMatchObject({ state: 'ALARM', test: true });
    const free = edited('alarm-state-change-set-by-hand', { 'detail.state.reasonData': 'only a test' });
    expect(only(free)).toMatchObject({ test: true });
  });

  it('is no test at its creation, where there is no reason data either', () => {
    expect(only(sample('noise-alarm-created'))).toMatchObject({ state: 'INSUFFICIENT_DATA', test: false });
  });

  it.each([
    ['detail.alarmName', undefined, 'detail.alarmName is missing; expected the name of an alarm'],
    [
      'detail.state.value',
      'BROKEN',
      'detail.state.value is "BROKEN"; expected OK, ALARM or INSUFFICIENT_DATA',
    ],
    [
      'detail.state.timestamp',
      'noon',
      'detail.state.timestamp is "noon"; expected a time such as 2026-11-21T14:00:00Z',
    ],
    [
      'resources',
      ['arn:aws:s3:::bucket'],
      'resources[0] is "arn:aws:s3:::bucket"; expected the ARN of a CloudWatch alarm',
    ],
  ])('is rejected with a wrong %s', (path, value, sentence) => {
    expect(rejection(edited('alarm-state-change', { [path]: value }))).toBe(`malformed: ${sentence}`);
  });

  it('is rejected where an action or a notification lacks what it needs', () => {
    expect(rejection(edited('alarm-state-change-action', { alarmData: {} }))).toBe(
      'malformed: alarmData.alarmName is missing; expected the name of an alarm',
    );
    const message = JSON.stringify({ AlarmName: 'web-cpu-high' });
    expect(rejection(edited('alarm-state-change-sns', { 'Records.0.Sns.Message': message }))).toBe(
      'malformed: Records[0].Sns.Message.NewStateValue is missing; expected OK, ALARM or INSUFFICIENT_DATA',
    );
  });
});
