import assert from 'node:assert/strict';
import {
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { type Aws, arn, type BusEvent, tick } from './aws.ts';
import { type Case, failing, journalled, until } from './cases.ts';
import { alarmOf, CLUSTER, QUIET, WEB } from './names.ts';
import { withClock } from './rules.ts';
import { prepareServices } from './services.ts';

const METRIC = { Namespace: 'Live', MetricName: 'Load' };
const MINUTE = 60_000;
let toldOf: BusEvent;

async function desired({ ecs }: Aws, service: string): Promise<number | undefined> {
  const command = new DescribeServicesCommand({ cluster: CLUSTER, services: [service] });
  return (await ecs.send(command)).services?.[0]?.desiredCount;
}

/** The alarms of the policy, in OK for now, and a load above their threshold for some minutes. */
async function prepareAlarms(aws: Aws): Promise<void> {
  for (const service of [WEB, QUIET]) {
    await aws.cloudWatch.send(
      new PutMetricAlarmCommand({
        ...METRIC,
        AlarmName: alarmOf(service),
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 70,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    );
    await setAlarm(aws, service, 'OK');
  }
  const { Namespace, MetricName } = METRIC;
  const MetricData = [0, 1, 2, 3, 4].map((minutes) => ({
    MetricName,
    Value: 90,
    Timestamp: new Date(Date.now() - minutes * MINUTE),
  }));
  await aws.cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData }));
}

const setAlarm = ({ cloudWatch }: Aws, service: string, StateValue: 'ALARM' | 'OK') =>
  cloudWatch.send(new SetAlarmStateCommand({ AlarmName: alarmOf(service), StateValue, StateReason: 'live' }));

/** What CloudWatch tells the bus of an alarm that went into ALARM. */
function putAlarm(aws: Aws, service: string): Promise<BusEvent> {
  const timestamp = new Date().toISOString().replace('Z', '+0000');
  const detail = {
    alarmName: alarmOf(service),
    state: { value: 'ALARM', reason: 'Threshold Crossed', timestamp },
    previousState: { value: 'OK' },
  };
  const alarm = arn('cloudwatch', `alarm:${alarmOf(service)}`);
  return aws.put('aws.cloudwatch', 'CloudWatch Alarm State Change', detail, [alarm]);
}

const cases: Omit<Case, 'capability'>[] = [
  {
    name: 'a tick changes nothing while the alarm is OK',
    async run(aws) {
      await prepareServices(aws, [WEB, QUIET]);
      await prepareAlarms(aws);
      await aws.invoke('scale', tick());
      assert.equal(await desired(aws, WEB), 2);
    },
  },
  {
    name: 'an alarm that goes into ALARM scales out',
    async run(aws) {
      await setAlarm(aws, WEB, 'ALARM');
      toldOf = await putAlarm(aws, WEB);
      await until(
        'four tasks desired',
        () => desired(aws, WEB),
        (count) => count === 4,
      );
      const subject = `service/${CLUSTER}/${WEB}`;
      const entry = await journalled(aws, { capability: 'scaling', reason: 'scaled-out', subject });
      assert.equal(entry.cause?.eventId, toldOf.id);
    },
  },
  {
    name: 'the same alarm delivered twice scales no further',
    async run(aws) {
      const from = aws.front.calls.length;
      await aws.invoke('scale', toldOf);
      assert.equal(aws.count('UpdateService', from), 0);
      assert.equal(await desired(aws, WEB), 4);
    },
  },
  {
    name: 'the next tick scales no further',
    async run(aws) {
      const from = aws.front.calls.length;
      await aws.invoke('scale', tick());
      assert.equal(aws.count('UpdateService', from), 0);
      assert.equal(await desired(aws, WEB), 4);
    },
  },
  {
    name: 'what ECS refuses for good ends in the queue, and the journal names the permission',
    async run(aws) {
      await failing(aws, 'ecs', () => putAlarm(aws, WEB));
      const { sentence } = await journalled(aws, { capability: 'scaling', reason: 'access-denied' });
      assert.match(sentence, /ecs:\w+/);
    },
  },
  {
    name: 'an event on which DynamoDB denies its calls three times ends in the queue',
    run: (aws) => failing(aws, 'dynamodb', () => putAlarm(aws, WEB)),
  },
  {
    name: 'the rule of a minute finds an alarm that no event told of',
    async run(aws) {
      await setAlarm(aws, QUIET, 'ALARM');
      const isScaled = () =>
        until(
          'three tasks desired',
          () => desired(aws, QUIET),
          (count) => count === 3,
          // The minute of a schedule begins when its rule is created.
          90_000,
        );
      await withClock(aws, 'scale', isScaled);
    },
  },
];

export const scaleCases: readonly Case[] = cases.map((one) => ({ capability: 'scale', ...one }));
