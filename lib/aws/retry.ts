import { AsyncLocalStorage } from 'node:async_hooks';
import type { ECSClient, ECSClientConfig } from '@aws-sdk/client-ecs';
import type { Clock } from '../clock.ts';
import { type ApiFamily, apiFamily, createRateLimiter, type RateLimiter } from './limiter.ts';

/** The SDK's retry contract, taken from a client's type because `@smithy/types` is no dependency of ours. */
type RetryStrategy = Extract<
  NonNullable<ECSClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: unknown }
>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;
type ErrorInfo = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1];

export interface Retry {
  /** E.g. `ECS`, `ListTasks`. */
  readonly service: string;
  readonly operation: string;
  /** How often it has been sent so far, 1 after the first failure. */
  readonly attempt: number;
  readonly error: unknown;
  readonly delayMs: number;
}

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly onRetry?: (retry: Retry) => void;
}

/** Throttling passes, and what waits for us (a hook, a Spot reclaim) is worth the wait of up to 22 s. */
export const THROTTLING_ATTEMPTS = 8;
/** A time-out costs 5 s already, and what AWS cannot do in four attempts the next sweep tries again. */
export const TRANSIENT_ATTEMPTS = 4;
const THROTTLING_BASE_MS = 500;
const TRANSIENT_BASE_MS = 50;
const MAX_DELAY_MS = 5_000;

interface Call {
  readonly service: string;
  readonly operation: string;
  readonly limiter: RateLimiter;
}
interface Token extends RetryToken {
  readonly call: Call;
}

export interface Retries {
  /** For a client's `retryStrategy`. */
  readonly strategy: RetryStrategy;
  /** Tells the strategy which operation a client's calls are; the SDK does not. Call it once per client. */
  watch(client: { readonly middlewareStack: unknown }): void;
}

/**
 * One retry strategy for all clients. It differs from the SDK's adaptive one in that calls are slowed down per API
 * family (a throttled DescribeTasks must not hold back a StopTask), and that all waiting is on `clock`, so that the
 * simulator's waits take no time. The SDK's retry middleware stays in charge: it says which errors are throttling or
 * transient, and throws the original error when we refuse another attempt.
 *
 * A transient error may hide a success, so every call that we make has to bear being sent twice.
 */
export function createRetries({ clock, random, onRetry }: RetryOptions): Retries {
  const limiters = new Map<ApiFamily, RateLimiter>();
  const calls = new AsyncLocalStorage<Call>();

  const limiterFor = (family: ApiFamily) => {
    const limiter = limiters.get(family) ?? createRateLimiter(family, clock);
    limiters.set(family, limiter);
    return limiter;
  };
  const callOf = (service: string, operation: string): Call => ({
    service,
    operation,
    limiter: limiterFor(apiFamily(service, operation)),
  });
  const unknownCall = callOf('unknown', 'unknown');

  const strategy: RetryStrategy = {
    async acquireInitialRetryToken() {
      const call = calls.getStore() ?? unknownCall;
      await call.limiter.take();
      return token(call, 0, 0);
    },

    async refreshRetryTokenForRetry(previous, info) {
      const { call } = previous as Token;
      if (info.errorType === 'THROTTLING') call.limiter.throttled();
      const attempt = previous.getRetryCount() + 1;
      if (attempt >= attemptsFor(info.errorType)) throw new Error('no attempts left');
      const delayMs = delayFor(info, attempt, clock, random);
      onRetry?.({ service: call.service, operation: call.operation, attempt, error: info.error, delayMs });
      await clock.sleep(delayMs);
      await call.limiter.take();
      return token(call, attempt, delayMs);
    },

    recordSuccess(last) {
      (last as Token).call.limiter.succeeded();
    },
  };

  return {
    strategy,
    watch(client) {
      // All clients' stacks are the same but for the types of their inputs, which do not matter here.
      const stack = client.middlewareStack as ECSClient['middlewareStack'];
      stack.add(
        (next, { clientName = 'unknown', commandName = 'unknown' }) =>
          (args) => {
            const call = callOf(clientName.replace(/Client$/, ''), commandName.replace(/Command$/, ''));
            return calls.run(call, () => next(args));
          },
        { step: 'initialize', name: 'stevedoreRetryCall' },
      );
    },
  };
}

/** The delay is zero for the SDK's middleware, which would wait by the wall clock; we have waited already. */
function token(call: Call, count: number, waitedMs: number): Token {
  return {
    call,
    getRetryCount: () => count,
    getRetryDelay: () => 0,
    $retryLog: { acquisitionDelay: waitedMs },
  };
}

function attemptsFor(errorType: ErrorInfo['errorType']): number {
  switch (errorType) {
    case 'THROTTLING':
      return THROTTLING_ATTEMPTS;
    case 'TRANSIENT':
      return TRANSIENT_ATTEMPTS;
    case 'SERVER_ERROR':
    case 'CLIENT_ERROR':
      return 1;
  }
}

/** Exponential with full jitter, but at least what AWS asks for in `Retry-After`, within reason. */
function delayFor(info: ErrorInfo, attempt: number, clock: Clock, random: () => number): number {
  const base = info.errorType === 'THROTTLING' ? THROTTLING_BASE_MS : TRANSIENT_BASE_MS;
  const delay = Math.floor(random() * Math.min(MAX_DELAY_MS, base * 2 ** (attempt - 1)));
  const asked = info.retryAfterHint ? info.retryAfterHint.getTime() - clock.now() : 0;
  return Math.max(delay, Math.min(asked, MAX_DELAY_MS));
}
