import { type EpochMs, MINUTE, SECOND } from '../clock.ts';
import type { Action, Finding } from './decision.ts';
import { isEnding } from './leaving.ts';
import { couldTake } from './pending.ts';
import type { ConsolidationPolicy, ScaleOutPolicy } from './policy.ts';
import type { Leaving } from './state.ts';
import type { ClusterView, GroupView, HostView, TaskView } from './view.ts';

/** What became of the instances that are on their way out. */
export interface Followed {
  readonly actions: readonly Action[];
  readonly findings: readonly Finding[];
  /** Those that still are. */
  readonly leaving: Readonly<Record<string, Leaving>>;
}

/** One instance's part of it; without `leaving` it is not on its way out any more. */
interface Progress {
  readonly action?: Action;
  readonly finding: Finding;
  readonly leaving?: Leaving;
}

/** Draining answers an order at once, and its tick is a minute: after this it has refused, or waits for room. */
const ORDER_ANSWERED_AFTER = 5 * MINUTE;
/** Auto Scaling shows a termination within seconds; a call that was lost is made again. */
const TERMINATION_SHOWN_AFTER = 3 * MINUTE;

/** A task that ECS was placing when the drain began shows up within seconds. */
const SETTLED_AFTER = 45 * SECOND;
/** A desired count is shown at once; lower than ordered it was lost in a crash, and later than this somebody lowered it. */
const ORDER_REPEATED_FOR = 3 * MINUTE;
/** A task that ECS has stopped to move it waits for seconds, which asks for no instance. */
const WAITS_AFTER = 30 * SECOND;

export const ORDERED_BY = 'capacity';

/**
 * Follows every instance that is on its way out by what the cluster shows. Pure. `fits`: whether the tasks of these
 * instances still find a place elsewhere, all together.
 */
export function follow(
  leaving: Readonly<Record<string, Leaving>>,
  view: ClusterView,
  policy: { readonly consolidation: ConsolidationPolicy | null; readonly scaleOut: ScaleOutPolicy | null },
  fits: (hosts: readonly string[]) => boolean,
  now: EpochMs,
): Followed {
  const hosts = new Map(view.hosts.map((host) => [host.id, host]));
  const situation = { view, policy, fits: oneAfterTheOther(fits), lower: lowering(view.groups), now };
  const actions: Action[] = [];
  const findings: Finding[] = [];
  const next: Record<string, Leaving> = {};
  for (const [id, one] of Object.entries(leaving)) {
    const host = hosts.get(id);
    const progress = host === undefined ? gone(id, one) : ofHost(host, one, situation);
    if (progress.action !== undefined) actions.push(progress.action);
    if (progress.leaving !== undefined) next[id] = progress.leaving;
    findings.push(progress.finding);
  }
  return { actions, findings, leaving: next };
}

interface Situation {
  readonly view: ClusterView;
  readonly policy: Parameters<typeof follow>[2];
  readonly fits: (hosts: readonly string[]) => boolean;
  /** Takes one off what the group may still be lowered by; false: it is at its minimum. */
  readonly lower: (group: GroupView['name']) => boolean;
  readonly now: EpochMs;
}

/** Instances that go together are asked about once, and beside those that may go by what was asked before. */
function oneAfterTheOther(fits: Situation['fits']): Situation['fits'] {
  const answers = new Map<string, boolean>();
  const going: string[] = [];
  return (hosts) => {
    const known = answers.get(hosts.join(' '));
    if (known !== undefined) return known;
    const answer = fits([...going, ...hosts]);
    answers.set(hosts.join(' '), answer);
    if (answer) going.push(...hosts);
    return answer;
  };
}

function lowering(groups: readonly GroupView[]): Situation['lower'] {
  const left = new Map(groups.map(({ name, desired, min }) => [name, desired - min]));
  return (group) => {
    const one = left.get(group) ?? 0;
    left.set(group, one - 1);
    return one > 0;
  };
}

function ofHost(host: HostView, leaving: Leaving, situation: Situation): Progress {
  switch (leaving.phase) {
    case 'launching':
      return afterLaunch(host, leaving, situation);
    case 'ordered':
      return afterOrder(host, leaving, situation);
    case 'terminating':
      return afterTermination(host, leaving, situation);
    default:
      return leaving.phase satisfies never;
  }
}

const gone = (host: string, { since, reason }: Leaving): Progress => ({
  finding: {
    host,
    reason: 'gone',
    outcome: 'done',
    sentence: `${host} is gone (${reason}); it was last acted on at ${new Date(since).toISOString()}.`,
  },
});

/** The replacement is the group's: whichever instance it launched since, once ECS may place tasks on it. */
function afterLaunch(host: HostView, leaving: Leaving, { view, policy, fits, now }: Situation): Progress {
  const { replacement, group } = leaving;
  if (host.group !== group) return { finding: { ...notOurs(host.id, group), outcome: 'refused' } };
  const together = replacement?.hosts ?? [host.id];
  const orderedAt = replacement?.orderedAt ?? leaving.since;
  const arrived = view.hosts.some(
    (one) =>
      one.group === group && one.launchedAt >= orderedAt && one.status === 'ACTIVE' && one.agentConnected,
  );
  if (!arrived) {
    const timeout = policy.scaleOut?.launchTimeoutMs ?? 10 * MINUTE;
    const desired = view.groups.find(({ name }) => name === group)?.desired;
    // Recorded before it was set: after a crash in between the same count is set.
    const lost = replacement !== undefined && desired !== undefined && desired < replacement.desired;
    if (lost && now - orderedAt < ORDER_REPEATED_FOR)
      return launchAgain(host.id, leaving, replacement.desired);
    if (now - leaving.since < timeout) {
      const sentence = `${host.id} waits for the instance of ${group} that takes its place.`;
      return {
        leaving,
        finding: { host: host.id, reason: 'replacement-awaited', outcome: 'held', sentence },
      };
    }
    const minutes = Math.round((now - leaving.since) / MINUTE);
    const sentence = `${group} was to launch an instance in place of ${together.join(', ')} and none is ACTIVE ${minutes} min later; they stay. See the activities of the group.`;
    return { finding: { host: host.id, reason: 'replacement-late', outcome: 'refused', sentence } };
  }
  if (!fits(together)) return noLongerFits(host.id);
  return orderDrain(host.id, leaving, now);
}

function launchAgain(host: string, leaving: Leaving, desired: number): Progress {
  const sentence = `The desired count of ${leaving.group} is set to ${desired} once more, for the instance that takes the place of ${host}.`;
  return {
    action: { kind: 'set-desired', group: leaving.group, desired },
    leaving,
    finding: {
      host,
      reason: 'replacement-ordered',
      outcome: 'acted',
      sentence,
      facts: { group: leaving.group, desired },
    },
  };
}

function noLongerFits(host: string): Progress {
  const sentence = `The tasks of ${host} do not fit elsewhere any more; it stays.`;
  return { finding: { host, reason: 'no-longer-fits', outcome: 'refused', sentence } };
}

/** The order of a drain, and what the record says of it then. */
export function orderDrain(host: string, leaving: Leaving, now: EpochMs): Required<Progress> {
  const by = `${ORDERED_BY}: ${leaving.reason}`;
  return {
    action: { kind: 'order-drain', host, by },
    leaving: { ...leaving, phase: 'ordered', since: now },
    finding: { host, reason: 'drain-ordered', outcome: 'acted', sentence: leaving.sentence },
  };
}

function afterOrder(host: HostView, leaving: Leaving, situation: Situation): Progress {
  const { view, policy, now } = situation;
  const { id } = host;
  const tasks = view.tasks.filter((task) => task.host === id && task.kind !== 'daemon');
  const waited = now - leaving.since;
  const minutes = Math.round(waited / MINUTE);
  if (host.group !== leaving.group) return takenBack(notOurs(id, leaving.group));
  if (isEnding(host)) return byAnother(host, leaving);
  const waiting = waitingFor(host, situation);
  if (waiting > 0) {
    const sentence = `${waiting} tasks wait for an instance, and ${id} still runs: it is not drained further.`;
    return takenBack({ host: id, reason: 'wanted-again', outcome: 'acted', sentence });
  }
  if (host.status === 'DRAINING' && tasks.length === 0 && waited >= SETTLED_AFTER) {
    return terminate(host, leaving, situation);
  }
  if (host.status === 'DRAINING' && waited > (policy.consolidation?.drainTimeoutMs ?? 0)) {
    const left = tasks.length === 0 ? '' : ` with ${tasks.map(inWords).join(', ')} left`;
    const sentence = `${id} has been DRAINING for ${minutes} min${left}; it takes tasks again.`;
    return takenBack({ host: id, reason: 'drain-too-long', outcome: 'acted', sentence });
  }
  if (host.status === 'ACTIVE' && waited > ORDER_ANSWERED_AFTER) {
    const sentence = `${id} is still ACTIVE ${minutes} min after its drain was ordered; stevedore history ${id} says why.`;
    return takenBack({ host: id, reason: 'drain-not-begun', outcome: 'acted', sentence });
  }
  const sentence = `${id} is ${host.status} with ${tasks.length} tasks to leave, ${minutes} min after its drain was ordered.`;
  return { leaving, finding: { host: id, reason: 'drain-awaited', outcome: 'held', sentence } };
}

const notOurs = (host: string, group: string): Finding & { readonly host: string } => ({
  host,
  reason: 'not-in-a-group',
  outcome: 'acted',
  sentence: `${host} is not in ${group} any more, or the policy does not name that group any more: it stays.`,
});

const takenBack = (finding: Finding & { readonly host: string }): Progress => ({
  action: { kind: 'order-release', host: finding.host, by: `${ORDERED_BY}: ${finding.reason}` },
  finding,
});

/** Tasks that a host of the group could take, and that have waited longer than one that only moves. */
function waitingFor(host: HostView, { view, policy, now }: Situation): number {
  const group = view.groups.find(({ name }) => name === host.group);
  const until = now - Math.max(policy.scaleOut?.afterMs ?? 0, WAITS_AFTER);
  return view.pending
    .filter(({ workload, since }) => group !== undefined && since <= until && couldTake(group, workload))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Auto Scaling has begun to terminate or detach it by itself: a call of ours would lower the desired count once more. */
const byAnother = ({ id, lifecycleState }: HostView, leaving: Leaving): Progress => ({
  leaving,
  finding: {
    host: id,
    reason: 'termination-awaited',
    outcome: 'held',
    sentence: `${id} is ${lifecycleState}, by somebody else's decision.`,
  },
});

const inWords = ({ id, workload, protectedUntil }: TaskView) =>
  `${id} of ${workload.group}${protectedUntil === undefined ? '' : ' (protected)'}`;

function terminate(host: HostView, leaving: Leaving, { lower, now }: Situation): Progress {
  const { id } = host;
  const { group } = leaving;
  if (host.protectedFromScaleIn) {
    const sentence = `${id} was protected from scale-in while it was drained; it stays.`;
    return takenBack({ host: id, reason: 'protected-from-scale-in', outcome: 'acted', sentence });
  }
  if (!lower(group)) {
    const sentence = `${group} has come to its minimum while ${id} was drained; it takes tasks again.`;
    return takenBack({ host: id, reason: 'group-at-minimum', outcome: 'acted', sentence });
  }
  const sentence = `Nothing but daemons runs on ${id} any more: terminated, and the desired count of ${group} lowered by one. ${leaving.sentence}`;
  return {
    action: { kind: 'terminate', host: id, group },
    leaving: { ...leaving, phase: 'terminating', since: now },
    finding: { host: id, reason: 'terminating', outcome: 'acted', sentence },
  };
}

function afterTermination(host: HostView, leaving: Leaving, situation: Situation): Progress {
  const { id } = host;
  if (host.status === 'ACTIVE') {
    const sentence = `Somebody set ${id} ACTIVE while it was to be terminated; it yields to them.`;
    return { finding: { host: id, reason: 'drain-undone', outcome: 'refused', sentence } };
  }
  // The desired count is lowered with each call that works, so that one is repeated only when it had no effect.
  const lost = host.lifecycleState === 'InService' && situation.now - leaving.since > TERMINATION_SHOWN_AFTER;
  if (lost) return terminate(host, leaving, situation);
  const sentence = `Auto Scaling terminates ${id} (${host.lifecycleState}).`;
  return { leaving, finding: { host: id, reason: 'termination-awaited', outcome: 'held', sentence } };
}
