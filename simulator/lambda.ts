import type { Context } from 'aws-lambda';
import { HOUR, MINUTE, SECOND } from '../lib/clock.ts';
import type { Activity, Scope } from './activity.ts';
import { draw, type Kernel, type Span } from './kernel.ts';
import type { InvocationRecord, Recording } from './recording.ts';

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

export interface FunctionSpec {
  readonly name: string;
  /**
   * Makes the handler of one execution environment, at each cold start. What it closes over (clients, caches) lives
   * as long as the environment and is lost with it, and no two invocations share it at once.
   */
  readonly init: () => Handler;
  readonly timeoutMs?: number;
  /** Reserved concurrency; without it there is no cap. */
  readonly concurrency?: number;
  readonly coldStartMs?: Span;
  /** Asynchronous retries of a failed invocation: 0 to 2, and 2 unless set. */
  readonly retries?: number;
}

export interface FunctionStats {
  invocations: number;
  errors: number;
  timeouts: number;
  throttles: number;
  coldStarts: number;
  durationMs: number;
  mostAtOnce: number;
  running: number;
}

export interface Failure {
  readonly function: string;
  readonly event: unknown;
  readonly error: string;
}

interface Attempt {
  readonly text: string;
  readonly number: number;
  readonly queuedAt: number;
  throttles: number;
}

interface Deployed {
  readonly spec: FunctionSpec;
  readonly stats: FunctionStats;
  /** Handlers of environments started and now idle; the last used is used next. */
  readonly idle: Handler[];
}

/** After the first failure a minute, after the second two: Lambda developer guide, "Asynchronous invocation". */
const RETRY_AFTER = [MINUTE, 2 * MINUTE];
/** Throttled events are tried again for up to 6 hours, with a back-off from 1 second to 5 minutes (same page). */
const THROTTLED_FOR = 6 * HOUR;

/** Asynchronous invocation: queue, cold start, timeout, retries, and the on-failure destination. */
export class Lambda {
  readonly stats = new Map<string, FunctionStats>();
  /** What reached an on-failure destination. */
  readonly failures: Failure[] = [];
  readonly #kernel: Kernel;
  readonly #activity: Activity;
  readonly #recording: Recording;

  constructor(kernel: Kernel, activity: Activity, recording: Recording) {
    this.#kernel = kernel;
    this.#activity = activity;
    this.#recording = recording;
  }

  /** Returns what an event rule's target needs: a way to invoke the function asynchronously. */
  deploy(spec: FunctionSpec): (text: string) => void {
    const stats: FunctionStats = {
      invocations: 0,
      errors: 0,
      timeouts: 0,
      throttles: 0,
      coldStarts: 0,
      durationMs: 0,
      mostAtOnce: 0,
      running: 0,
    };
    this.stats.set(spec.name, stats);
    const deployed: Deployed = { spec, stats, idle: [] };
    return (text) => this.#start(deployed, { text, number: 1, throttles: 0, queuedAt: this.#kernel.now() });
  }

  #start(deployed: Deployed, attempt: Attempt): void {
    const { spec, stats, idle } = deployed;
    if (stats.running >= (spec.concurrency ?? Number.POSITIVE_INFINITY)) {
      this.#throttled(deployed, attempt);
      return;
    }
    stats.invocations += 1;
    stats.running += 1;
    stats.mostAtOnce = Math.max(stats.mostAtOnce, stats.running);
    const warm = idle.pop();
    if (warm === undefined) stats.coldStarts += 1;
    const wait = warm === undefined ? draw(this.#kernel.random, spec.coldStartMs ?? [150, 300]) : 1;
    this.#kernel.after(wait, () => this.#run(deployed, warm ?? spec.init(), attempt));
  }

  #run(deployed: Deployed, handler: Handler, attempt: Attempt): void {
    const { spec, stats, idle } = deployed;
    const startedAt = this.#kernel.now();
    const timeoutMs = spec.timeoutMs ?? 30 * SECOND;
    let settled = false;
    const finish = (outcome: InvocationRecord['outcome'], error?: string) => {
      if (settled) return;
      settled = true;
      timer.cancel();
      const durationMs = this.#kernel.now() - startedAt;
      stats.running -= 1;
      stats.durationMs += durationMs;
      // A crash or timeout costs the environment; an error does not.
      if (outcome === 'ok' || outcome === 'error') idle.push(handler);
      if (outcome === 'timeout') stats.timeouts += 1;
      if (outcome !== 'ok') stats.errors += 1;
      this.#recording.invocation({
        id: scope.id,
        function: spec.name,
        startedAt,
        durationMs,
        outcome,
        attempt: attempt.number,
        calls: scope.calls,
        event,
        ...(error === undefined ? {} : { error }),
      });
      if (outcome !== 'ok') this.#failed(deployed, attempt, error ?? outcome);
    };
    const kill = (outcome: 'timeout' | 'crash', reason: string) => {
      scope.dead = true;
      this.#activity.close(scope);
      finish(outcome, reason);
    };
    const scope: Scope = {
      id: this.#kernel.random.uuid(),
      function: spec.name,
      calls: 0,
      pending: 0,
      dead: false,
      crash: (reason) => kill('crash', reason),
    };
    const timer = this.#kernel.after(timeoutMs, () =>
      kill('timeout', `Task timed out after ${timeoutMs} ms`),
    );
    const event: unknown = JSON.parse(attempt.text);
    const context = this.#context(spec, scope, startedAt + timeoutMs);
    this.#activity
      .run(scope, () => handler(event, context))
      .then(
        () => finish('ok'),
        (error) =>
          finish('error', error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
      );
  }

  #failed(deployed: Deployed, attempt: Attempt, error: string): void {
    const { spec } = deployed;
    const wait = RETRY_AFTER[attempt.number - 1];
    if (attempt.number > (spec.retries ?? 2) || wait === undefined) {
      this.failures.push({ function: spec.name, event: JSON.parse(attempt.text), error });
      return;
    }
    this.#kernel.after(wait, () => this.#start(deployed, { ...attempt, number: attempt.number + 1 }));
  }

  #throttled(deployed: Deployed, attempt: Attempt): void {
    const { spec, stats } = deployed;
    stats.throttles += 1;
    if (this.#kernel.now() - attempt.queuedAt > THROTTLED_FOR) {
      this.failures.push({ function: spec.name, event: JSON.parse(attempt.text), error: 'Throttled' });
      return;
    }
    const wait = Math.min(5 * MINUTE, SECOND * 2 ** Math.min(attempt.throttles, 10));
    attempt.throttles += 1;
    this.#kernel.after(wait, () => this.#start(deployed, attempt));
  }

  #context(spec: FunctionSpec, scope: Scope, deadline: number): Context {
    const { region, account } = this.#kernel;
    const arn = `arn:aws:lambda:${region}:${account}:function:${spec.name}`;
    return {
      callbackWaitsForEmptyEventLoop: false,
      functionName: spec.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      memoryLimitInMB: '256',
      awsRequestId: scope.id,
      logGroupName: `/aws/lambda/${spec.name}`,
      logStreamName: 'simulator',
      getRemainingTimeInMillis: () => Math.max(0, deadline - this.#kernel.now()),
      done: () => {},
      fail: () => {},
      succeed: () => {},
    };
  }
}
