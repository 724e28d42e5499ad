import type { CapacityDecision } from '../../lib/capacity/decide.ts';
import type { Finding } from '../../lib/capacity/decision.ts';
import type { Kept, NeedFinding, NeedPlan } from '../../lib/capacity/plan.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import type { Besides } from './capacity.ts';
import { type Check, WORST_FIRST } from './check.ts';
import { verdictOf } from './entries.ts';

const SECTION = 'capacity.now';

/** What the next tick would do with a cluster. Pure. */
export function checkNow(
  view: ClusterView,
  decision: CapacityDecision,
  { isPaused, remarks }: Besides,
): Check[] {
  const { cluster } = view;
  const base = { section: SECTION, subject: cluster, change: null, remarks } as const;
  if (isPaused) {
    const sentence =
      'The kill switch is on: nothing is changed until somebody ends it with stevedore resume.';
    return [{ ...base, verdict: 'waits', reason: 'paused', sentence }];
  }
  const checks = [
    ...ofNeed(view, decision.need),
    ...ofHosts(view, decision.findings),
    ...ofWaiting(view, decision.consolidation?.kept ?? []),
  ];
  if (checks.length > 0) {
    const notes = remarks.map((sentence): Check => {
      return { ...base, remarks: [], verdict: 'refused', reason: 'expression-not-judged', sentence };
    });
    return [...checks, ...notes];
  }
  const sentence = `${counted(view.hosts.length, 'instance')} with ${counted(view.tasks.length, 'task')}; nothing waits for another one, and none goes.`;
  return [{ ...base, verdict: 'idle', reason: 'nothing-to-do', sentence }];
}

export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function ofNeed({ cluster, groups }: ClusterView, need: NeedPlan | undefined): Check[] {
  if (need === undefined) return [];
  const launches = need.launches.map(({ group, count, desired, forTasks, detour }): Check => {
    const from = groups.find(({ name }) => name === group)?.desired;
    return {
      section: SECTION,
      subject: `${cluster}/${group}`,
      verdict: 'pending',
      reason: 'launched-for-need',
      sentence: `${counted(forTasks, 'task')} need ${counted(count, 'more instance')} of it.`,
      change: { from: String(from ?? 'nothing'), to: String(desired) },
      remarks: detour === undefined ? [] : [detour],
    };
  });
  const refused = need.unplaceable.map(({ group, sentence }): Check => {
    const subject = `${cluster}/${group}`;
    const reason = 'task-unplaceable';
    return { section: SECTION, subject, verdict: 'refused', reason, sentence, change: null, remarks: [] };
  });
  const held = need.findings.map(({ why, group, sentence }): Check => {
    const subject = group === undefined ? cluster : `${cluster}/${group}`;
    const reason = why === 'not-yet' ? 'launch-not-yet' : why;
    const verdict = VERDICTS[why];
    return { section: SECTION, subject, verdict, reason, sentence, change: null, remarks: [] };
  });
  return bySubject([...launches, ...refused, ...held]);
}

/** The first two pass by themselves; of the others somebody should know. */
const VERDICTS: Readonly<Record<NeedFinding['why'], Check['verdict']>> = {
  'not-yet': 'waits',
  'maximum-step': 'waits',
  'group-at-maximum': 'refused',
  'launch-suspended': 'refused',
  'managed-scaling': 'refused',
};

/** Instances that go now, and those that are on their way out already. */
function ofHosts({ cluster }: ClusterView, findings: readonly Finding[]): Check[] {
  return bySubject(
    findings.flatMap(({ host, reason, outcome, sentence }): Check[] => {
      if (host === undefined) return [];
      const base = { section: SECTION, subject: `${cluster}/${host}`, change: null, remarks: [] } as const;
      return [{ ...base, verdict: verdictOf(outcome), reason, sentence }];
    }),
  );
}

const MOST_LISTED = 10;

/** One row: which instances there are changes from minute to minute, and that some wait does not. */
function ofWaiting({ cluster }: ClusterView, kept: readonly Kept[]): Check[] {
  const waiting = kept.filter(({ could }) => could !== undefined);
  const [first] = waiting;
  if (first === undefined) return [];
  const sentence = `${counted(waiting.length, 'instance')} could go, and ${waiting.length === 1 ? 'waits' : 'wait'} for time or for the budgets.`;
  const remarks = waiting.slice(0, MOST_LISTED).map((one) => one.sentence);
  const base = { section: SECTION, subject: cluster, change: null } as const;
  return [{ ...base, verdict: 'waits', reason: 'waiting', sentence, remarks }];
}

/** A subject stands in a section once: the worst that is said of it, and the rest as remarks. */
function bySubject(checks: readonly Check[]): Check[] {
  const rank = ({ verdict }: Check) => WORST_FIRST.indexOf(verdict);
  return [...Map.groupBy(checks, ({ subject }) => subject).values()].flatMap((own) => {
    const [first, ...others] = own.toSorted((a, b) => rank(a) - rank(b));
    if (first === undefined) return [];
    const remarks = others.flatMap(({ sentence, remarks: more }) => [sentence, ...more]);
    const change = own.find((one) => one.change !== null)?.change ?? null;
    return [{ ...first, change, remarks: [...first.remarks, ...remarks] }];
  });
}
