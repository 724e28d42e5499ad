import Table from 'cli-table3';
import picocolors from 'picocolors';
import type { Check, Verdict } from './check.ts';

/** What was checked, against what. */
export interface Plan {
  readonly policyFile: string;
  readonly region: string;
  /** Where it is not AWS's own. */
  readonly endpoint: string | null;
  readonly checks: readonly Check[];
}

const TITLES: Readonly<Record<Check['section'], string>> = {
  'failover.services': 'If there were no Fargate Spot for any of these services (failover.services)',
  'failover.migrations': 'From EC2 to Fargate (failover.migrations)',
};
const WORDS: Readonly<Record<Verdict, string>> = {
  ready: 'ready',
  idle: 'nothing to do',
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
  const colors = picocolors.createColors(columns !== undefined && picocolors.isColorSupported);
  const paint: Readonly<Record<Verdict, (text: string) => string>> = {
    ready: colors.green,
    idle: colors.dim,
    refused: colors.red,
    unread: colors.yellow,
  };
  const subjects = Math.max(0, ...checks.map(({ subject }) => subject.length));
  const verdicts = Math.max(...Object.values(WORDS).map((word) => word.length));
  const text = Math.max(LEAST_TEXT, Math.min(columns ?? 100, WIDEST) - subjects - verdicts - FRAME);
  const tables = [...Map.groupBy(checks, ({ section }) => section)].flatMap(([section, some]) => {
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

/** For machines: keys are only ever added. `result` is the worst of the verdicts. */
export function asJson({ policyFile, region, endpoint, checks }: Plan): string {
  const has = (verdict: Verdict) => checks.some((check) => check.verdict === verdict);
  const result = has('unread') ? 'unread' : has('refused') ? 'refused' : 'ready';
  return `${JSON.stringify({ policy: policyFile, region, endpoint, result, checks }, null, 2)}\n`;
}

/** Each error once, with what it keeps from being checked; undefined if there was none. */
export function failures({ checks }: Plan): string | undefined {
  const unreadOnes = checks.filter(({ verdict }) => verdict === 'unread');
  if (unreadOnes.length === 0) return undefined;
  const paragraphs = [...Map.groupBy(unreadOnes, ({ sentence }) => sentence)].map(([sentence, some]) => {
    const subjects = some.length === checks.length ? [] : [some.map(({ subject }) => subject).join(', ')];
    const hints = new Set(some.flatMap(({ reason }) => HINTS[reason] ?? []));
    return `stevedore plan failed: ${[...subjects, [sentence, ...hints].join('\n')].join(': ')}\n`;
  });
  return paragraphs.join('');
}

/** What an error means at a terminal, beyond what it means to a function. By lib/aws/explain.ts's codes. */
const HINTS: Readonly<Record<string, string>> = {
  'aws-access-denied':
    'It was the credentials of this terminal that were denied: a plan needs ecs:Describe*, ecs:ListTasks, ec2:DescribeSubnets and ecr:BatchGetImage.',
  'aws-unavailable': 'Check the network, --region and --endpoint, and run it again.',
  'aws-throttled': 'Run it again in a minute.',
};

const wordsOf = ({ sentence, remarks, verdict, reason }: Check): string =>
  [verdict === 'refused' ? `${sentence} (${reason})` : sentence, ...remarks].join('\n');

/** The table cuts off what is longer than a line, and a digest is to be read whole. */
const broken = (text: string, width: number): string =>
  text.replaceAll(new RegExp(`\\S{${width}}(?=\\S)`, 'g'), '$& ');

function summary({ checks, policyFile }: Plan): string {
  if (checks.length === 0) {
    return `Nothing to check: ${policyFile} has no services or migrations under failover, which is what a plan is about so far.`;
  }
  const verdicts: readonly Verdict[] = ['ready', 'idle', 'refused', 'unread'];
  const counts = verdicts.flatMap((verdict) => {
    const count = checks.filter((check) => check.verdict === verdict).length;
    return count > 0 ? [`${count} ${WORDS[verdict]}`] : [];
  });
  return `${counts.join(', ')}. Nothing was changed. Reasons: docs/reason-codes.md.`;
}
