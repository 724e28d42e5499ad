import type { EpochMs } from '../../lib/clock.ts';
import { admit, type ClusterStanding } from '../../lib/draining/admit.ts';
import { decide } from '../../lib/draining/decide.ts';
import type { Decision, Finding } from '../../lib/draining/decision.ts';
import { newRecord, takeIn } from '../../lib/draining/intake.ts';
import type { Notice } from '../../lib/draining/notice.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { isWanted } from '../../lib/draining/route.ts';
import type { Snapshot } from '../../lib/draining/snapshot.ts';
import { actBy, hookEndsAt, openHooks, spotStopAt } from '../../lib/draining/timing.ts';
import { type InstanceId, taskArn } from '../../lib/ids.ts';
import { durationText } from '../../lib/policy/duration.ts';
import { type Check, unread } from './check.ts';
import { verdictOf } from './entries.ts';

const SECTION = 'draining.triggers';

/** Something that drains an instance: an event, as the function would hear of it. */
export interface Trigger {
  /** As the policy file has it: `prod triggers.rebalance`. */
  readonly subject: string;
  readonly notice: Notice;
}

/** An instance that it happens to, and the cluster around it. */
export interface Scene {
  readonly id: InstanceId;
  readonly snapshot: Snapshot;
  readonly standing: ClusterStanding;
  readonly policy: ClusterPolicy;
  readonly now: EpochMs;
}

/** All triggers that no group has of its own. The maintenance is as far away as it is when draining begins. */
export function clusterTriggers({ cluster, triggers }: ClusterPolicy, now: EpochMs): Trigger[] {
  const on = (name: string) => `${cluster} ${name}`;
  const maintenance = {
    kind: 'maintenance',
    eventArn: 'example',
    code: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    startAt: now + (triggers.maintenanceLeadMs ?? 0),
    status: 'scheduled',
    at: now,
  } as const;
  return [
    {
      subject: on('triggers.spotInterruption'),
      notice: { kind: 'spot-interruption', action: 'terminate', at: now },
    },
    { subject: on('triggers.rebalance'), notice: { kind: 'rebalance', at: now } },
    { subject: on('triggers.maintenance'), notice: maintenance },
    {
      subject: on('triggers.directTermination'),
      notice: { kind: 'ec2-state', state: 'shutting-down', at: now },
    },
    {
      subject: on('triggers.directTermination (stop)'),
      notice: { kind: 'ec2-state', state: 'stopping', at: now },
    },
  ];
}

/** What would come of it, by the decisions of the function itself: at once, and at the deadline. Pure. */
export function checkTrigger({ subject, notice }: Trigger, scene: Scene): Check {
  const { policy, now } = scene;
  const base = { section: SECTION, subject, change: null, remarks: [] } as const;
  const off = { ...base, verdict: 'untouched', reason: 'trigger-off' } as const;
  const name = subject.split(' ')[1];
  if (!isWanted(notice, policy)) return { ...off, sentence: `${name} is off: nothing is drained.` };
  const { decision, held } = decideOn(notice, scene);
  const found = [...decision.findings, ...(held ? [held] : [])];
  const begins = decision.actions.some(({ kind }) => kind === 'begin-drain');
  if (!begins) {
    // It is heard of all the same, because ghosts are found by it.
    if (found[0]?.reason === 'withdrawn-before-start') {
      return { ...off, sentence: `${name} is off: nothing is drained, and what is left is a ghost.` };
    }
    return held || found.length > 0
      ? { ...base, ...spoken(found) }
      : unread(SECTION, subject, new Error(`Nothing was decided about ${subject}.`));
  }
  const { deadline } = decision.next;
  const until = deadline === undefined ? '' : `; the drain may take ${durationText(deadline - now)}`;
  const ahead = notice.kind === 'maintenance' ? `, ${durationText(notice.startAt - now)} ahead` : '';
  const sentence = `${scene.id}, for one, would be set DRAINING${ahead}${until}.`;
  const remarks = [...found.map((one) => one.sentence), ...later(decision.next, scene)];
  // It would begin, but something stands against its end.
  const short = found.find(({ reason }) => reason === 'hook-too-short');
  if (short) return { ...base, verdict: 'refused', reason: short.reason, sentence, remarks };
  return { ...base, verdict: 'ready', reason: 'drain-begun', sentence, remarks };
}

function decideOn(
  notice: Notice,
  { id, snapshot, standing, policy, now }: Scene,
): { readonly decision: Decision; readonly held?: Finding | undefined } {
  const cause = { eventId: 'plan', detailType: 'Stevedore Plan' };
  const record = takeIn(newRecord(id, policy.cluster, now), [{ notice, cause }], policy);
  const decision = decide(record, snapshot, policy, now);
  if (!decision.wantsRoom) return { decision };
  const { admitted, held } = admit([record], standing, policy);
  if (admitted.has(id)) return { decision: decide(record, snapshot, policy, now, true) };
  return { decision, held: held.get(id) };
}

/** What was decided instead of a drain. */
function spoken(findings: readonly Finding[]): Pick<Check, 'verdict' | 'reason' | 'sentence' | 'remarks'> {
  const [first, ...others] = findings;
  const { reason = 'observing-failed', outcome = 'failed', sentence = '' } = first ?? {};
  const remarks = others.map((one) => one.sentence);
  if (reason.startsWith('stood-down')) return { verdict: 'untouched', reason, sentence, remarks };
  const verdict = verdictOf(outcome);
  // At its trigger it would wait, and not now.
  return { verdict: verdict === 'waits' ? 'ready' : verdict, reason, sentence, remarks };
}

/** What follows if a task will not leave: what Spot takes, the deadline, the end of a hook. */
function later(next: DrainRecord, scene: Scene): string[] {
  const { policy, now } = scene;
  const moments = [spotStopAt(next, policy), actBy(next, policy)];
  const acts = moments.flatMap((at) => (at === undefined || at < now ? [] : actAt(next, scene, at)));
  const hooks = openHooks(next).flatMap((hook): string[] => {
    const { heartbeatTimeoutMs } = hook;
    if (heartbeatTimeoutMs === undefined) return [];
    const kept = `Hook ${hook.hook} is kept alive every ${durationText(heartbeatTimeoutMs / 2)} or sooner (its heartbeat timeout is ${durationText(heartbeatTimeoutMs)}), for ${durationText(hookEndsAt(hook) - now)} at most.`;
    const by = actBy(next, policy);
    const early = by !== undefined && next.deadline !== undefined && by < next.deadline;
    return early
      ? [
          kept,
          `That is less than the deadline of ${durationText(policy.deadlineMs)}: raise the hook's heartbeat timeout.`,
        ]
      : [kept];
  });
  return [...new Set(acts), ...hooks];
}

function actAt(next: DrainRecord, { id, snapshot, policy, now }: Scene, at: EpochMs): string[] {
  const { instance } = snapshot;
  if (instance === undefined || instance === 'gone') return [];
  const task = {
    task: taskArn(`${id}/example`),
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    service: 'example',
  };
  const draining: DrainRecord = {
    ...next,
    phase: 'draining',
    drainingSince: now,
    expectedTasks: 1,
    lastProgressAt: at,
  };
  const left: Snapshot = { instance: { ...instance, status: 'DRAINING' }, tasks: [task] };
  const { findings } = decide(draining, left, policy, at);
  const after = durationText(Math.round((at - now) / 1_000) * 1_000);
  return findings.map(({ sentence }) => `After ${after}, if one task still runs: ${sentence}`);
}
