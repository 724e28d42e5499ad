import { type EpochMs, MINUTE, SECOND } from '../../lib/clock.ts';
import { ApiError, type Kernel, type Operations } from '../kernel.ts';
import { isBreach } from './breach.ts';
import { Metrics } from './metrics.ts';
import { evaluate, evaluationRange } from './missing.ts';
import type {
  Alarm,
  AlarmState,
  CompositeAlarm,
  CompositeAlarmSpec,
  MetricAlarm,
  MetricAlarmSpec,
  Query,
  StateValue,
} from './model.ts';
import { cloudWatchOperations } from './operations.ts';
import { compositeReason, type Evaluated, metricReason } from './reasons.ts';
import { compileRule } from './rule.ts';
import { stateChangeDetail } from './shapes.ts';

/** Amazon CloudWatch: metrics, and alarms that are evaluated once a minute and tell EventBridge of every change. */
export class CloudWatch {
  readonly metrics: Metrics;
  readonly alarms = new Map<string, Alarm>();
  readonly operations: Operations;
  readonly #kernel: Kernel;
  #order = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.metrics = new Metrics(() => kernel.now());
    this.operations = cloudWatchOperations(this);
  }

  /** A new alarm is in INSUFFICIENT_DATA until its first evaluation, within a minute. */
  addAlarm(spec: MetricAlarmSpec): MetricAlarm {
    const queries = queriesOf(spec, this.#kernel.random.uuid());
    const result = queries.filter(({ returnData = true }) => returnData);
    const [returned] = result;
    if (returned === undefined || result.length > 1) {
      throw new Error(`Alarm "${spec.name}" needs exactly one query with returnData, not ${result.length}.`);
    }
    const alarm: MetricAlarm = {
      kind: 'metric',
      spec,
      queries,
      result: returned.id,
      periodMs: periodOf(spec) * SECOND,
      ...this.#common(spec.name),
    };
    this.alarms.set(alarm.name, alarm);
    // CloudWatch spreads the evaluations over the minute; alarms of under a minute are evaluated every 10 seconds.
    const every = alarm.periodMs < MINUTE ? 10 * SECOND : MINUTE;
    const look = () => {
      this.#evaluate(alarm);
      this.#kernel.after(every, look);
    };
    this.#kernel.after(this.#kernel.random.between(0, every), look);
    return alarm;
  }

  /** @throws ApiError ValidationError for a rule that cannot be read */
  addCompositeAlarm(spec: CompositeAlarmSpec): CompositeAlarm {
    const alarm: CompositeAlarm = {
      kind: 'composite',
      spec,
      ...compileRule(spec.rule),
      ...this.#common(spec.name),
    };
    for (const child of alarm.children) this.alarm(child);
    this.alarms.set(alarm.name, alarm);
    this.#kernel.after(SECOND, () => this.#composite(alarm, []));
    return alarm;
  }

  /** @throws ApiError ResourceNotFound */
  alarm(name: string): Alarm {
    const alarm = this.alarms.get(name);
    if (alarm === undefined) throw new ApiError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
    return alarm;
  }

  /** SetAlarmState: the state lasts until the next evaluation, and the event says what the caller said. */
  setState(name: string, value: StateValue, reason: string, reasonData?: string): void {
    this.#become(this.alarm(name), {
      value,
      reason,
      ...(reasonData === undefined ? {} : { reasonData }),
      at: this.#kernel.now(),
    });
  }

  #common(name: string): Pick<Alarm, 'name' | 'arn' | 'order' | 'createdAt' | 'state'> {
    const { region, account } = this.#kernel;
    const at = this.#kernel.now();
    return {
      name,
      arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
      order: this.#order++,
      createdAt: at,
      state: { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', at },
    };
  }

  #evaluate(alarm: MetricAlarm): void {
    const { spec } = alarm;
    const evaluationPeriods = spec.evaluationPeriods ?? 1;
    const range = this.#range(alarm, evaluationRange(evaluationPeriods));
    const breaches = range.map(({ value }) =>
      value === undefined ? undefined : isBreach(value, spec.threshold, spec.comparison),
    );
    const value = evaluate(breaches, {
      evaluationPeriods,
      datapointsToAlarm: spec.datapointsToAlarm ?? evaluationPeriods,
      treatMissingData: spec.treatMissingData ?? 'missing',
    });
    if (value === 'retain' || value === alarm.state.value) return;
    const at = this.#kernel.now();
    this.#become(alarm, { value, ...metricReason(alarm, value, range, at), at });
  }

  /**
   * The last complete periods, oldest first. One that is not published yet counts as missing, and the range is made
   * longer for it at the other end.
   */
  #range(alarm: MetricAlarm, periods: number): Evaluated[] {
    const to = Math.floor(this.#kernel.now() / alarm.periodMs) * alarm.periodMs;
    const from = to - periods * alarm.periodMs;
    const series = this.metrics.query(alarm.queries, { from, to }).get(alarm.result);
    return Array.from({ length: periods }, (_, index) => {
      const at: EpochMs = from + index * alarm.periodMs;
      return { at, value: series?.get(at) };
    });
  }

  #composite(alarm: CompositeAlarm, changed: readonly Alarm[]): void {
    const value = alarm.holds((name) => this.alarms.get(name)?.state.value) ? 'ALARM' : 'OK';
    if (value === alarm.state.value) return;
    const at = this.#kernel.now();
    const children = changed.length > 0 ? changed : alarm.children.map((name) => this.alarm(name));
    this.#become(alarm, { value, ...compositeReason(alarm, children, at), at });
  }

  #become(alarm: Alarm, state: AlarmState): void {
    const previous = alarm.state;
    alarm.state = state;
    if (previous.value === state.value) return;
    this.#kernel.publish({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: [alarm.arn],
      detail: stateChangeDetail(alarm, previous),
    });
    for (const other of this.alarms.values()) {
      if (other.kind === 'composite' && other.children.includes(alarm.name)) this.#composite(other, [alarm]);
    }
  }
}

function queriesOf({ on, periodSeconds = 60 }: MetricAlarmSpec, id: string): readonly Query[] {
  return 'queries' in on ? on.queries : [{ ...on, id, periodSeconds, returnData: true }];
}

/** Of metric math, the longest period among its metrics. */
function periodOf({ on, periodSeconds = 60 }: MetricAlarmSpec): number {
  if (!('queries' in on)) return periodSeconds;
  return Math.max(...on.queries.map((query) => query.periodSeconds ?? 0)) || periodSeconds;
}
