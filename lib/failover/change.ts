import type { Finding, ServiceDecision } from './decision.ts';
import { startSpending } from './limits.ts';
import type { Phase, Strategy, Written } from './record.ts';
import { finding, type Situation, withoutOrder } from './situation.ts';
import type { Circumstances } from './snapshot.ts';
import { onDemandCount } from './strategy.ts';

/** A strategy to write, and what the record says of it. */
export interface Change {
  readonly purpose: Written['purpose'];
  readonly strategy: Strategy;
  readonly phase: Phase;
  /** Of the flip limit: this change is an opening. */
  readonly opens?: boolean;
  readonly findings: readonly Finding[];
}

/** What the guards have found out. */
interface Permission {
  readonly circumstances?: Circumstances;
  readonly pin?: Readonly<Record<string, string>>;
}

/**
 * The decision to write a strategy: the next record has it as an open intention, with what holds if AWS refuses. The
 * original is kept the first time, verbatim, and is not touched afterwards.
 */
export function change(
  situation: Situation,
  { purpose, strategy, phase, opens, findings }: Change,
  { circumstances, pin }: Permission,
): ServiceDecision {
  const { view, policy, now } = situation;
  const record = withoutOrder(situation.record);
  const { original = { strategy: view.strategy, taskDefinition: view.taskDefinition } } = record;
  const vcpus = circumstances?.vcpus ?? 0;
  const written: Written = {
    purpose,
    strategy,
    taskDefinition: view.taskDefinition,
    at: now,
    onDemandVcpus: onDemandCount(strategy, view.desired) * vcpus,
    ...(pin ? { pin } : {}),
  };
  const openedWithin = record.opened.filter((at) => at > now - policy.flaps.windowMs);
  return {
    next: {
      ...record,
      phase,
      original,
      written,
      opened: opens ? [...openedWithin, now] : record.opened,
      spent: record.original === undefined ? startSpending(record, now) : record.spent,
      launched: { at: now, tasks: view.desired },
      before: {
        phase: record.phase,
        opened: record.opened,
        ...(record.original ? { original: record.original } : {}),
        ...(record.written ? { written: record.written } : {}),
      },
    },
    action: { kind: 'set-strategy', strategy, ...(pin ? { pin } : {}) },
    findings: [...findings, ...(pin ? [pinned(situation, pin)] : [])],
  };
}

function pinned(situation: Situation, pin: Readonly<Record<string, string>>): Finding {
  const which = Object.entries(pin).map(([container, digest]) => `${container} to ${digest}`);
  return finding(
    situation,
    'image-pinned',
    'acted',
    `gets a revision of its task definition with ${which.join(', ')}, so that the change of capacity ships what runs now. The next deployment of your pipeline takes its place.`,
    { containers: Object.keys(pin) },
  );
}
