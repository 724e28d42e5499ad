import type { Activity } from './activity.ts';
import type { Call, Faults } from './faults.ts';
import { ApiError, draw, type Kernel, type Operations, type ServiceName, type Span } from './kernel.ts';
import type { Recording } from './recording.ts';
import { Answers, isRead } from './stale.ts';
import type { Throttle } from './throttle.ts';

export type Reply = { readonly output: object } | { readonly error: ApiError };
/** And whether AWS did it. */
type Attempt = Reply & { readonly carriedOut: boolean };

/** The front door of every service: latency, throttling, faults and recording around an operation. */
export class Gateway {
  readonly #kernel: Kernel;
  readonly #activity: Activity;
  readonly #throttle: Throttle;
  readonly #faults: Faults;
  readonly #recording: Recording;
  readonly #latencyMs: Span;
  readonly #answers = new Answers();
  readonly #services = new Map<ServiceName, Operations>();

  constructor(
    kernel: Kernel,
    parts: { activity: Activity; throttle: Throttle; faults: Faults; recording: Recording; latencyMs: Span },
  ) {
    this.#kernel = kernel;
    this.#activity = parts.activity;
    this.#throttle = parts.throttle;
    this.#faults = parts.faults;
    this.#recording = parts.recording;
    this.#latencyMs = parts.latencyMs;
  }

  serve(service: ServiceName, operations: Operations): void {
    this.#services.set(service, operations);
  }

  /**
   * Answers a call in virtual time if an invocation makes it, at once if it comes from outside (a test, a scenario):
   * there nobody advances the clock meanwhile.
   */
  call(service: ServiceName, operation: string, input: unknown): Promise<Reply> {
    const scope = this.#activity.current();
    if (scope?.dead) return new Promise<Reply>(() => {});
    if (scope !== undefined) scope.calls += 1;
    const call: Call = {
      service,
      operation,
      input,
      function: scope?.function,
      invocation: scope?.id,
      ordinal: scope?.calls ?? 0,
    };
    if (scope === undefined) {
      this.#activity.wake();
      return Promise.resolve(this.#execute(call, 0));
    }
    const crash = this.#faults.onSend(call);
    const latency = draw(this.#kernel.random, this.#latencyMs) + this.#faults.onLatency(call);
    const reply = this.#activity.wait<Reply>((resolve) => {
      if (crash === 'not-applied') return;
      // AWS acts half-way: the answer is already a little old when it arrives, as in life.
      this.#kernel.after(latency >> 1, () => {
        const result = this.#execute(call, latency);
        this.#kernel.after(latency - (latency >> 1), () => resolve(result));
      });
    });
    if (crash !== undefined) scope.crash(`Crashed by an injected fault at ${service}:${operation}`);
    return reply;
  }

  #execute(call: Call, latencyMs: number): Reply {
    const { carriedOut, ...reply } = this.#attempt(call);
    this.#recording.call({
      at: this.#kernel.now(),
      invocation: call.invocation,
      function: call.function,
      service: call.service,
      operation: call.operation,
      input: call.input,
      error: 'error' in reply ? reply.error.code : undefined,
      carriedOut,
      latencyMs,
    });
    return reply;
  }

  #attempt(call: Call): Attempt {
    const fault = this.#faults.onCall(call);
    if (fault !== undefined) return refused(fault);
    if (!this.#throttle.take(call.service, call.operation, this.#kernel.now())) {
      return refused(throttled(call.service));
    }
    const run = this.#services.get(call.service)?.[call.operation];
    if (run === undefined) {
      const sentence = `The simulator does not know ${call.service}:${call.operation}: add it to simulator/.`;
      return refused(new ApiError('UnknownOperationException', sentence));
    }
    const stale = this.#faults.staleReads && isRead(call) ? this.#stale(call) : undefined;
    if (stale !== undefined) return { output: stale, carriedOut: false };
    try {
      const partial = this.#faults.onPart(call);
      const output = partial === undefined ? run(call.input) : partial(call.input, run);
      const lost = this.#faults.onAnswer(call);
      if (lost !== undefined) return { error: lost, carriedOut: true };
      if (this.#faults.staleReads && isRead(call)) this.#answers.keep(call, this.#kernel.now(), output);
      return { output, carriedOut: true };
    } catch (error) {
      if (error instanceof ApiError) return refused(error);
      throw error;
    }
  }

  #stale(call: Call): object | undefined {
    const answer = (maxAgeMs: number) => this.#answers.earlier(call, this.#kernel.now(), maxAgeMs);
    const maxAgeMs = this.#faults.onRead(call, (age) => answer(age) !== undefined);
    return maxAgeMs === undefined ? undefined : answer(maxAgeMs);
  }
}

const refused = (error: ApiError): Attempt => ({ error, carriedOut: false });

/** The code differs by service: EC2's error reference names RequestLimitExceeded, the Query services say Throttling. */
function throttled(service: ServiceName): ApiError {
  switch (service) {
    case 'ECS':
    case 'ECR':
    case 'EventBridge':
    case 'ApplicationAutoScaling':
      return new ApiError('ThrottlingException', 'Rate exceeded');
    case 'AutoScaling':
    case 'CloudWatch':
      return new ApiError('Throttling', 'Rate exceeded');
    case 'EC2':
      return new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  }
}
