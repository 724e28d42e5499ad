import { type EpochMs, HOUR, utc } from '../clock.ts';
import type { Finding, PoolAction, PoolDecision } from './decision.ts';
import type { BreakerPolicy } from './policy.ts';
import type { PoolRecord, PoolState, ServiceRecord } from './record.ts';
import type { ProbeView } from './snapshot.ts';

/** Everything that a decision about a shared breaker goes by. */
export interface PoolQuestion {
  readonly pool: PoolRecord;
  /** The services that name it, as they are after their own decisions. */
  readonly members: readonly ServiceRecord[];
  /** What was read of the probe's task, if one is known. */
  readonly probe: ProbeView | undefined;
  readonly breaker: BreakerPolicy;
  readonly now: EpochMs;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
}

type Open = Extract<PoolState, { readonly name: 'open' }>;
type HalfOpen = Extract<PoolState, { readonly name: 'half-open' }>;

/** A breaker that was closed for so long has forgotten the openings before. */
const FORGETS_AFTER = HOUR;

/**
 * Decides what to do about the breaker that services of the same zones and architecture share. Pure but for the jitter,
 * which is injected. One member at most probes, once in a cool-off, for all.
 */
export function decidePool(question: PoolQuestion): PoolDecision {
  const { pool } = question;
  const { stopping } = pool;
  const decision = decideState(question);
  // A task that was to be stopped before comes first; what else was to be done is done at the next look.
  if (stopping === undefined) return decision;
  if (decision.action?.kind === 'stop-probe') return decision;
  return { ...decision, action: { kind: 'stop-probe', ...stopping } };
}

function decideState(question: PoolQuestion): PoolDecision {
  const { pool } = question;
  const { state } = pool;
  switch (state.name) {
    case 'closed':
      return hasOpened(question, state.since) ? opened(question, state.since) : stay(pool);
    case 'open':
      return decideOpen(question, state);
    case 'half-open':
      return hasOpened(question, state.since)
        ? opened(stopTask(question, state), undefined)
        : decideHalfOpen(question, state);
    default:
      return state satisfies never;
  }
}

const stay = (pool: PoolRecord, ...findings: readonly Finding[]): PoolDecision => ({ next: pool, findings });

const finding = (
  { pool }: PoolQuestion,
  reason: Finding['reason'],
  outcome: Finding['outcome'],
  sentence: string,
): Finding => ({ reason, outcome, sentence: `Breaker ${pool.id} ${sentence}` });

/** When a member last went to on-demand because it lacked Spot; a probe that has failed is told by its verdict. */
function flippedAt({ phase, written, verdict }: ServiceRecord): EpochMs | undefined {
  const isOpen = phase.name === 'flipping' || phase.name === 'open' || phase.name === 'latched';
  if (!isOpen || written?.purpose !== 'flip' || verdict?.at === written.at) return undefined;
  return written.at;
}

const hasOpened = ({ members }: PoolQuestion, since: EpochMs): boolean =>
  members.some((member) => (flippedAt(member) ?? Number.NEGATIVE_INFINITY) >= since);

/** `closedSince`: undefined if it was not closed. */
function opened(question: PoolQuestion, closedSince: EpochMs | undefined): PoolDecision {
  const { pool, now } = question;
  const forgotten = closedSince !== undefined && now - closedSince >= FORGETS_AFTER;
  const next = cooledOff(question, forgotten ? 1 : pool.trips + 1);
  const said = finding(
    question,
    'breaker-opened',
    'done',
    `is open: ${waiting(question)} failed over. Spot is probed at ${utc(next.state.probeAt)}${next.trips > 1 ? `; it has not lasted ${next.trips - 1} times before` : ''}.`,
  );
  return withStop(stay(next, said), question);
}

/** Open from now on, with the cool-off that so many trips call for. */
function cooledOff(
  { pool, breaker, now, random }: PoolQuestion,
  trips: number,
): PoolRecord & { readonly state: Open } {
  const { coolOffMs, factor, mostMs, jitter } = breaker;
  const coolOff = Math.min(mostMs, coolOffMs * factor ** (trips - 1));
  const drawn = coolOff * (1 + jitter * (2 * random() - 1));
  return { ...pool, trips, state: { name: 'open', since: now, probeAt: Math.round(now + drawn) } };
}

const isWaiting = ({ phase }: ServiceRecord) => phase.name === 'open';

function waiting({ members }: PoolQuestion): string {
  const names = members.filter((member) => flippedAt(member) !== undefined).map(({ service }) => service);
  return `${names.join(', ') || 'no service'} ${names.length === 1 ? 'has' : 'have'}`;
}

function decideOpen(question: PoolQuestion, state: Open): PoolDecision {
  const { pool, members, now } = question;
  // Nobody was left to probe, and so it was not looked at; what opens now opens it anew.
  if (hasOpened(question, state.probeAt)) return opened(question, state.probeAt);
  const wanted = members.some((member) => isWaiting(member) && (member.resetAt ?? 0) > state.since);
  if (now < state.probeAt && !wanted) {
    const sentence = `cools off until ${utc(state.probeAt)}, then Spot is probed.`;
    return stay(pool, finding(question, 'cooling-off', 'held', sentence));
  }
  return chooseProber(question);
}

function chooseProber(question: PoolQuestion): PoolDecision {
  const { pool, members, breaker, now } = question;
  const [prober] = members
    .filter(isWaiting)
    .map(({ service }) => service)
    .toSorted();
  if (prober === undefined) return settling(question) ?? closed(question, 'no service waits for it');
  const next: PoolRecord = { ...pool, state: { name: 'half-open', since: now, prober } };
  if (breaker.probe.kind === 'share') return stay(next);
  return startProbe(question, next, prober);
}

/** A member whose flip is not through yet will wait in a moment: with nobody else the probe waits for it. */
function settling(question: PoolQuestion): PoolDecision | undefined {
  const { pool, members } = question;
  const flipping = members.find(({ phase }) => phase.name === 'flipping');
  if (flipping === undefined) return undefined;
  const sentence = `waits for the deployment of ${flipping.service}, and probes Spot then.`;
  const state: PoolState =
    pool.state.name === 'open' ? pool.state : { ...cooledOff(question, pool.trips).state };
  return stay({ ...pool, state }, finding(question, 'cooling-off', 'held', sentence));
}

function startProbe(question: PoolQuestion, next: PoolRecord, prober: string): PoolDecision {
  const sentence = `tries Spot by a task on FARGATE_SPOT in the subnets of ${prober}.`;
  return {
    next,
    action: { kind: 'start-probe', prober },
    findings: [finding(question, 'probe-started', 'acted', sentence)],
  };
}

function decideHalfOpen(question: PoolQuestion, state: HalfOpen): PoolDecision {
  const { members } = question;
  const prober = members.find(({ service }) => service === state.prober);
  const probes = prober?.phase.name === 'open' || prober?.phase.name === 'probing';
  const judged = prober?.verdict !== undefined && prober.verdict.at >= state.since;
  if (!probes && !judged) return abandoned(question, state);
  return question.breaker.probe.kind === 'share' ? byShare(question, state, prober) : byTask(question, state);
}

/** The prober was returned or changed by somebody. Another one probes: at once if nothing has begun, else after a cool-off. */
function abandoned(question: PoolQuestion, state: HalfOpen): PoolDecision {
  if (state.task === undefined && question.breaker.probe.kind === 'task') return chooseProber(question);
  const anyone = question.members.some(isWaiting);
  const stopping = stopTask(question, state);
  if (!anyone) return closed(stopping, 'no service waits for it any more');
  const next = cooledOff(stopping, question.pool.trips);
  const sentence = `has lost its prober ${state.prober}, and probes with another service at ${utc(next.state.probeAt)}.`;
  return withStop(stay(next, finding(question, 'cooling-off', 'held', sentence)), stopping);
}

function byShare(question: PoolQuestion, state: HalfOpen, prober: ServiceRecord | undefined): PoolDecision {
  const { pool, breaker, now } = question;
  const { verdict } = prober ?? {};
  if (verdict !== undefined && verdict.at >= state.since) {
    return verdict.passed
      ? closed(question, `the probe by ${state.prober} has passed`)
      : probeFailed(question, pool.trips + 1, `a share of ${state.prober} did not run on FARGATE_SPOT`);
  }
  if (prober?.phase.name === 'open' && now - state.since > breaker.probe.timeoutMs) {
    return probeFailed(
      question,
      pool.trips,
      `${state.prober} could not begin; its own journal entries say why`,
    );
  }
  return stay(pool);
}

function byTask(question: PoolQuestion, state: HalfOpen): PoolDecision {
  const { pool, breaker, probe, now } = question;
  const isLate = now - state.since > breaker.probe.timeoutMs;
  const minutes = `${breaker.probe.timeoutMs / 60_000} minutes`;
  if (state.refusal) return probeEnded(question, state.refusal.capacity, state.refusal.why);
  if (state.task === undefined) {
    // It is not known whether RunTask was heard; the same client token starts no second task.
    return isLate
      ? probeFailed(question, pool.trips, `its task could not be started in ${minutes}`)
      : startProbe(question, pool, state.prober);
  }
  switch (probe?.kind) {
    case undefined:
    case 'starting': {
      const stopping = stopTask(question, state);
      const why = `its task did not run within ${minutes}`;
      return isLate ? probeFailed(stopping, pool.trips + 1, why) : stay(pool);
    }
    case 'running':
      return soak(question, state, probe.since);
    case 'stopped':
      return probeEnded(question, probe.capacity, probe.why);
    default:
      return probe satisfies never;
  }
}

function soak(question: PoolQuestion, state: HalfOpen, runningSince: EpochMs): PoolDecision {
  const { pool, breaker, now } = question;
  const until = runningSince + breaker.probe.soakMs;
  if (now < until) {
    const sentence = `has a task on FARGATE_SPOT since ${utc(runningSince)}; it must run until ${utc(until)}.`;
    return stay(
      { ...pool, state: { ...state, runningSince } },
      finding(question, 'soaking', 'held', sentence),
    );
  }
  const passed = finding(
    question,
    'probe-passed',
    'done',
    `had a task run on FARGATE_SPOT since ${utc(runningSince)}.`,
  );
  const decision = closed(stopTask(question, state), 'its probe has passed');
  return { ...decision, findings: [passed, ...decision.findings] };
}

/**
 * What comes of a probe whose task did not start or has stopped. A lack of capacity lengthens the cool-off; a probe that
 * does not work says nothing of Spot.
 */
const probeEnded = (question: PoolQuestion, capacity: boolean, why: string): PoolDecision =>
  probeFailed(
    question,
    question.pool.trips + (capacity ? 1 : 0),
    capacity
      ? `there was no Spot capacity (${why})`
      : `its task does not work (${why}). Correct that, or no service comes back by itself`,
  );

function probeFailed(question: PoolQuestion, trips: number, why: string): PoolDecision {
  const next = cooledOff(question, trips);
  const sentence = `has probed Spot in vain: ${why}. The next probe is at ${utc(next.state.probeAt)}.`;
  return withStop(stay(next, finding(question, 'probe-failed', 'done', sentence)), question);
}

function closed(question: PoolQuestion, why: string): PoolDecision {
  const { pool, now } = question;
  const next: PoolRecord = { ...pool, state: { name: 'closed', since: now } };
  const said = finding(
    question,
    'breaker-closed',
    'done',
    `is closed, since ${why}; services that wait for it go back by steps.`,
  );
  return withStop(stay(next, said), question);
}

/** The question as it is once the probe's task is to be stopped; it is remembered until ECS has agreed. */
function stopTask(question: PoolQuestion, { prober, task }: HalfOpen): PoolQuestion {
  if (task === undefined) return question;
  return { ...question, pool: { ...question.pool, stopping: { prober, task } } };
}

function withStop(decision: PoolDecision, { pool }: PoolQuestion): PoolDecision {
  const { stopping } = pool;
  if (stopping === undefined) return decision;
  const action: PoolAction = { kind: 'stop-probe', ...stopping };
  return { ...decision, action };
}
