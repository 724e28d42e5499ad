import Table from 'cli-table3';
import type { Picture } from '../../simulator/report/packing/picture.ts';
import { colorsFor } from '../outcome-colors.ts';
import { clusterInFigures } from './capacity-figures.ts';
import { type Check, isOpen, type Section, type Verdict, WORST_FIRST } from './check.ts';

/** What was checked, against what. */
export interface Plan {
  readonly policyFile: string;
  readonly region: string;
  /** Where it is not AWS's own. */
  readonly endpoint: string | null;
  readonly checks: readonly Check[];
  /** Each cluster of the capacity section, as it is and as it could be. */
  readonly pictures: readonly Picture[];
}

const TITLES: Readonly<Record<Section, string>> = {
  deployed: 'Against what is deployed',
  'draining.now': 'Draining, now',
  'draining.limits': 'Draining: the limits in numbers (draining.clusters.*.limits)',
  'draining.triggers': 'Draining: what each trigger would lead to',
  'draining.never': 'Draining: what it leaves alone',
  'scaling.now': 'Scaling, now',
  'scaling.policies': 'Scaling: what each policy would lead to, by itself',
  'scaling.schedules': 'Scaling: the next run of each schedule',
  'failover.services': 'If there were no Fargate Spot for any of these services (failover.services)',
  'failover.migrations': 'From EC2 to Fargate (failover.migrations)',
  'retagging.now': 'Retagging, now',
  'retagging.never': 'Retagging: what it never touches',
  'capacity.now': 'Capacity, now',
  'capacity.triggers': 'Capacity: what each trigger would lead to',
  'capacity.outlook': 'Capacity: how far consolidation could go (no time to wait, no budgets)',
  'capacity.kept': 'Capacity: which instances stay for now, and why',
  'capacity.never': 'Capacity: which instances are never let go',
};
const WORDS: Readonly<Record<Verdict, string>> = {
  pending: 'pending',
  waits: 'waits',
  ready: 'ready',
  idle: 'nothing to do',
  untouched: 'untouched',
  refused: 'refused',
  unread: 'not read',
};
const WIDEST = 150;
/** Borders and padding of three columns. */
const FRAME = 10;
const LEAST_TEXT = 30;

/** Tables for a person; `columns` is undefined where the output is no terminal, which gets no colours. */
export function asText(plan: Plan, columns: number | undefined): string {
  const { policyFile, region, endpoint, checks } = plan;
  const colors = colorsFor(columns);
  const paint: Readonly<Record<Verdict, (text: string) => string>> = {
    pending: colors.cyan,
    waits: colors.cyan,
    untouched: colors.dim,
    ready: colors.green,
    idle: colors.dim,
    refused: colors.red,
    unread: colors.yellow,
  };
  const verdicts = Math.max(...Object.values(WORDS).map((word) => word.length));
  const tables = [...Map.groupBy(checks, ({ section }) => section)].flatMap(([section, some]) => {
    const subjects = Math.max(...some.map(({ subject }) => subject.length));
    const text = Math.max(LEAST_TEXT, Math.min(columns ?? 100, WIDEST) - subjects - verdicts - FRAME);
    const table = new Table({
      style: { head: [], border: [] },
      colWidths: [subjects + 2, verdicts + 2, text + 2],
      wordWrap: true,
    });
    for (const check of some) {
      table.push([check.subject, paint[check.verdict](WORDS[check.verdict]), broken(wordsOf(check), text)]);
    }
    return [TITLES[section], table.toString(), ''];
  });
  const where = endpoint === null ? region : `${region} at ${endpoint}`;
  return [`${policyFile} against ${where}`, '', ...tables, summary(plan), ''].join('\n');
}

/** For machines: keys are only ever added. `result` is the worst of the verdicts that count: see `resultOf`. */
export function asJson({ policyFile, region, endpoint, checks, pictures }: Plan): string {
  const result = resultOf(checks);
  const capacity = pictures.length > 0 ? { capacity: pictures.map(clusterInFigures) } : {};
  return `${JSON.stringify({ policy: policyFile, region, endpoint, result, checks, ...capacity }, null, 2)}\n`;
}

/** `ready`: nothing would change, and nothing stands against what may come. */
export function resultOf(checks: readonly Check[]): Verdict {
  const worst = WORST_FIRST.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'ready';
  return worst === 'unread' || isOpen({ verdict: worst }) ? worst : 'ready';
}

/** Each error once, with what it keeps from being checked; undefined if there was none. */
export function failures({ checks }: Pick<Plan, 'checks'>, verb = 'plan'): string | undefined {
  const unreadOnes = checks.filter(({ verdict }) => verdict === 'unread');
  if (unreadOnes.length === 0) return undefined;
  const paragraphs = [...Map.groupBy(unreadOnes, ({ sentence }) => sentence)].map(([sentence, some]) => {
    const subjects = some.length === checks.length ? [] : [some.map(({ subject }) => subject).join(', ')];
    const hints = new Set(some.flatMap(({ reason }) => HINTS[reason] ?? []));
    return `stevedore ${verb} failed: ${[...subjects, [sentence, ...hints].join('\n')].join(': ')}\n`;
  });
  return paragraphs.join('');
}

/** What an error means at a terminal, beyond what it means to a function. By lib/aws/explain.ts's codes. */
const HINTS: Readonly<Record<string, string>> = {
  'aws-access-denied':
    'It was the credentials of this terminal that were denied: stevedore plan --help says what they need.',
  'aws-unavailable': 'Check the network, --region and --endpoint, and run it again.',
  'aws-throttled': 'Run it again in a minute.',
  'access-denied':
    'It was the credentials of this terminal that were denied: stevedore plan --help says what they need.',
  throttled: 'Run it again in a minute.',
};

const wordsOf = ({ sentence, remarks, verdict, reason }: Check): string =>
  [verdict === 'refused' ? `${sentence} (${reason})` : sentence, ...remarks].join('\n');

/** The table cuts off what is longer than a line, and a digest is to be read whole. */
const broken = (text: string, width: number): string =>
  text.replaceAll(new RegExp(`\\S{${width}}(?=\\S)`, 'g'), '$& ');

function summary({ checks, policyFile }: Plan): string {
  if (checks.length === 0) return `Nothing to check: ${policyFile} names nothing of it.`;
  const verdicts: readonly Verdict[] = [
    'pending',
    'waits',
    'ready',
    'idle',
    'untouched',
    'refused',
    'unread',
  ];
  const counts = verdicts.flatMap((verdict) => {
    const count = checks.filter((check) => check.verdict === verdict).length;
    return count > 0 ? [`${count} ${WORDS[verdict]}`] : [];
  });
  return `${counts.join(', ')}. Nothing was changed. Reasons: docs/reason-codes.md.`;
}
