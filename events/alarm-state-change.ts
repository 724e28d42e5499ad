import * as z from 'zod/mini';
import { anyOf, baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { alarmArn, alarmTime, text } from './fields.ts';
import { fieldOf, type Reading, read, reject } from './rejection.ts';

export const source = 'aws.cloudwatch';
export const detailType = 'CloudWatch Alarm State Change';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/**
 * An alarm went from one state to another. It says only that there is something to look at: it has no comparison
 * operator, its values may be missing, late or in any order, and it comes at a change only, not while a breach
 * lasts. So what the metric is now, and the alarm itself, are read from CloudWatch.
 */
export interface AlarmStateChange extends EventBase {
  readonly kind: 'alarm-state-change';
  readonly alarmArn: string;
  readonly alarmName: string;
  readonly state: AlarmState;
  readonly previousState?: AlarmState;
  /** When the state changed: with the ARN and the state, the identity of the transition. */
  readonly timestamp: number;
  readonly composite: boolean;
  /** Set by hand with SetAlarmState, as far as can be told. */
  readonly test: boolean;
  /** Names of the alarms that made a composite alarm change. */
  readonly children: readonly string[];
}

const aState = 'OK, ALARM or INSUFFICIENT_DATA';
const stateValue = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA'], aState);

const state = z.object({
  value: stateValue,
  reason: z.optional(z.string('the reason of the state')),
  // JSON in a string. Missing at an alarm's creation; after SetAlarmState it is missing or whatever the caller gave.
  reasonData: z.optional(z.unknown()),
  timestamp: alarmTime,
});

const alarm = {
  alarmName: text('the name of an alarm'),
  state,
  previousState: z.optional(z.object({ value: stateValue })),
  configuration: z.optional(z.unknown()),
};

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  resources: z.tuple([alarmArn], z.unknown()),
  detail: z.object(alarm),
});

// CloudWatch invokes a function that is an alarm's action with this, without EventBridge's envelope.
const action = z.object({
  source: z.literal(source),
  alarmArn,
  time: alarmTime,
  alarmData: z.object(alarm),
});

// The notification of an alarm whose action is an SNS topic.
const notification = z.object({
  AlarmName: alarm.alarmName,
  AlarmArn: alarmArn,
  NewStateValue: stateValue,
  NewStateReason: z.optional(z.string('the reason of the state')),
  OldStateValue: z.optional(stateValue),
  StateChangeTime: alarmTime,
  AlarmRule: z.optional(z.unknown()),
  TriggeringChildren: z.optional(z.unknown()),
});

/** The alarms that the policy names, as they go into ALARM: what has ended, the next look sees by itself. */
export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: { alarmName: anyOf(scope.alarms), state: { value: ['ALARM'] } },
  };
}

/** The alarms that the policy names, whatever they change to: who hears of an alarm only by events needs its end too. */
export function watchPattern(scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType], detail: { alarmName: anyOf(scope.alarms) } };
}

export function parse(raw: unknown): Reading<AlarmStateChange> {
  return read(schema, raw, (event) => ({
    event: changeOf(baseOf(event), event.resources[0], event.detail),
  }));
}

/** Whether `raw` is what CloudWatch sends to a Lambda function that is an alarm's action. */
export const isAction = (raw: unknown): boolean =>
  fieldOf(raw, 'source') === source && fieldOf(raw, 'alarmData') !== undefined;

/** Reads an alarm's Lambda action. It has no id: the transition is one. */
export function parseAction(raw: unknown): Reading<AlarmStateChange> {
  return read(action, raw, ({ alarmArn: arn, time: at, alarmData }) => {
    const eventId = `${arn}@${new Date(alarmData.state.timestamp).toISOString()}`;
    return { event: changeOf({ eventId, detailType, at }, arn, alarmData) };
  });
}

/** Whether a message of SNS is about an alarm. */
export const isMessage = (message: unknown): boolean => fieldOf(message, 'AlarmName') !== undefined;

/** Reads an alarm's notification. `where` names the message in a rejection. */
export function parseMessage(raw: unknown, eventId: string, where: string): Reading<AlarmStateChange> {
  if (fieldOf(raw, 'NewStateValue') === undefined) {
    return reject('malformed', `${where}.NewStateValue is missing; expected ${aState}`);
  }
  return read(
    notification,
    raw,
    (message) => ({
      event: {
        kind: 'alarm-state-change',
        eventId,
        detailType,
        at: message.StateChangeTime,
        alarmArn: message.AlarmArn,
        alarmName: message.AlarmName,
        state: message.NewStateValue,
        ...(message.OldStateValue !== undefined && { previousState: message.OldStateValue }),
        timestamp: message.StateChangeTime,
        composite: typeof message.AlarmRule === 'string',
        test: !isByCloudWatch(message.NewStateReason),
        children: namesIn(message.TriggeringChildren, 'Arn'),
      },
    }),
    where,
  );
}

function changeOf(
  base: EventBase,
  arn: string,
  { alarmName, state, previousState, configuration }: z.infer<typeof schema>['detail'],
): AlarmStateChange {
  const reasonData = json(state.reasonData);
  const triggering = fieldOf(reasonData, 'triggeringAlarms');
  return {
    kind: 'alarm-state-change',
    ...base,
    alarmArn: arn,
    alarmName,
    state: state.value,
    ...(previousState && { previousState: previousState.value }),
    timestamp: state.timestamp,
    composite: Array.isArray(triggering) || typeof fieldOf(configuration, 'alarmRule') === 'string',
    test: reasonData === undefined && !isByCloudWatch(state.reason),
    children: namesIn(triggering, 'arn'),
  };
}

/**
 * How CloudWatch begins its reasons; SetAlarmState gives its caller's words. It matters only for the journal: nothing
 * is decided on the event's values.
 */
function isByCloudWatch(reason = ''): boolean {
  return /^(Unchecked|Thresholds? Crossed|Insufficient Data)|^arn:[^ ]+ transitioned to /i.test(reason);
}

/** The alarm names in a list of objects that have an alarm's ARN. */
function namesIn(list: unknown, field: string): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    const arn = fieldOf(one, field);
    const name = typeof arn === 'string' ? /:alarm:(.+)$/.exec(arn)?.[1] : undefined;
    return name === undefined ? [] : [name];
  });
}

function json(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
