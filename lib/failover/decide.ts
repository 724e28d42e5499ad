import { decideClosed } from './decide-closed.ts';
import { decideOpen } from './decide-open.ts';
import { decidePaired } from './decide-paired.ts';
import { decideReturning, restoreNow } from './decide-returning.ts';
import type { ServiceDecision } from './decision.ts';
import { checkDrift } from './drift.ts';
import { isBudgetSpent } from './guards.ts';
import { spend } from './limits.ts';
import { withDeficit } from './signals.ts';
import {
  asOpen,
  closedRecord,
  finding,
  notApplicable,
  type OpenSituation,
  type Question,
  type Situation,
  stay,
} from './situation.ts';

/**
 * Decides what to do about one service. Pure: the snapshot is what was read, `now` is in epoch milliseconds. A change is
 * in `next` as an open intention, which is to be stored before AWS is asked; its findings (`acted`) hold once AWS has
 * agreed. With `needs` more has to be read, and then it is to be decided again.
 */
export function decideService(question: Question): ServiceDecision {
  const decision = decideOn(question);
  return decision.needs ? { ...decision, next: question.record } : decision;
}

function decideOn(question: Question): ServiceDecision {
  const { snapshot, policy, now } = question;
  const { service } = snapshot;
  const view = service === 'missing' ? undefined : service;
  const record = spend(question.record, view, now);
  const counted = view ? withDeficit(record, view, now) : record;
  if (counted.phase.name === 'paired' && policy.paired === null) return unpaired({ ...question, record });
  // What was flipped before the policy named a pair goes back as it came.
  if (policy.paired !== null && counted.original === undefined) {
    return decidePaired({ ...question, record: counted });
  }
  if (view?.status !== 'ACTIVE') return gone({ ...question, record });
  const checked = checkDrift({ ...question, record: counted, view });
  if ('decision' in checked) return checked.decision;
  const { situation } = checked;
  return view.desired === 0 ? withoutTasks(situation) : byPhase(situation);
}

function byPhase(situation: Situation): ServiceDecision {
  const open = asOpen(situation);
  const { phase } = situation.record;
  if (open === undefined) return decideClosed(situation);
  if (mustSave(open)) {
    const why = 'the on-demand task-hours of this UTC day are used up, and it stays on Spot until the next';
    return restoreNow(open, 'budget-spent', why);
  }
  switch (phase.name) {
    case 'closed':
    case 'suspect':
      return decideClosed(open);
    case 'flipping':
    case 'open':
    case 'latched':
      return decideOpen(open, phase);
    case 'probing':
    case 'returning':
      return decideReturning(open, phase);
    case 'paired':
      return stay(situation.record);
    default:
      return phase satisfies never;
  }
}

const mustSave = (open: OpenSituation) => open.written.purpose !== 'restore' && isBudgetSpent(open);

/** None is desired, so that nothing is missing: what was changed is put back, which moves no task. */
function withoutTasks(situation: Situation): ServiceDecision {
  const { record, now } = situation;
  const open = asOpen(situation);
  if (open) return restoreNow(open, 'return-step', 'none of its tasks is desired');
  if (record.heard.order) return notApplicable(situation, 'has a desired count of 0');
  if (record.phase.name === 'closed') return stay(record);
  const sentence = 'has a desired count of 0: nothing is missing.';
  return stay(closedRecord(record, now), finding(situation, 'service-gone', 'done', sentence));
}

/** Nothing is there to put back, and a new service of that name is another. */
function gone(question: Question): ServiceDecision {
  const { record, snapshot, now } = question;
  const { service } = snapshot;
  const status = service === 'missing' ? 'does not exist' : `is ${service.status}`;
  if (record.heard.order) return notApplicable({ ...question, record: closedRecord(record, now) }, status);
  const said = finding(
    question,
    'service-gone',
    'ignored',
    `${status}. Correct its name in the policy file, or take it out.`,
  );
  return stay(record.phase.name === 'closed' ? record : closedRecord(record, now), said);
}

function unpaired(question: Question): ServiceDecision {
  const sentence =
    'has no pair in the policy any more. Set the desired count of the service that was its pair to 0 yourself.';
  return stay(
    closedRecord(question.record, question.now),
    finding(question, 'paired-ended', 'done', sentence),
  );
}
