import Table from 'cli-table3';
import { colorsFor } from '../outcome-colors.ts';
import type { Diagnosis, NotChecked } from './diagnose.ts';
import { type Finding, SEVERITIES, type Severity } from './finding.ts';

/** What is told of one run. */
export interface Report extends Diagnosis {
  readonly region: string;
  /** Where it is not AWS's own. */
  readonly endpoint: string | null;
  /** Null: without one. */
  readonly policyFile: string | null;
  readonly clusters: readonly string[];
  /** Clusters that ECS does not have. */
  readonly missing: readonly string[];
  /** The least severity that is shown. */
  readonly least: Severity;
  /** How many findings are less severe. */
  readonly hidden: number;
  /** Ids of the checks. */
  readonly checks: readonly string[];
}

const TITLES: Readonly<Record<Severity, readonly [one: string, many: string]>> = {
  error: ['error', 'errors'],
  warning: ['warning', 'warnings'],
  note: ['note', 'notes'],
};
const WIDEST = 160;
/** Borders and padding of two columns. */
const FRAME = 7;
const LEAST_TEXT = 40;

/** Tables for a person; `columns` is undefined where the output is no terminal, which gets no colours. */
export function asText(report: Report, columns: number | undefined): string {
  const colors = colorsFor(columns);
  const paint = { error: colors.red, warning: colors.yellow, note: colors.dim };
  const { findings, clusters, region, endpoint, policyFile } = report;
  const names = Math.max(0, ...findings.flatMap(namesOf).map((name) => name.length));
  const text = Math.max(LEAST_TEXT, Math.min(columns ?? 120, WIDEST) - names - FRAME);
  const tables = SEVERITIES.flatMap((severity) => {
    const some = findings.filter((finding) => finding.severity === severity);
    if (some.length === 0) return [];
    const table = new Table({
      style: { head: [], border: [] },
      colWidths: [names + 2, text + 2],
      wordWrap: true,
    });
    for (const finding of some) {
      const words = `${finding.problem}\n${colors.bold('Fix:')} ${finding.fix}`;
      table.push([namesOf(finding).join('\n'), broken(words, text)]);
    }
    return [paint[severity](count(some.length, TITLES[severity])), table.toString(), ''];
  });
  const where = endpoint === null ? region : `${region} at ${endpoint}`;
  const against = policyFile === null ? 'without a policy file' : `by ${policyFile}`;
  return [
    `${clusters.join(', ') || 'No cluster'} in ${where}, ${against}`,
    '',
    ...tables,
    ...unreadLines(report),
    summary(report),
    '',
  ].join('\n');
}

/** For machines: keys are only ever added. */
export const asJson = ({ least, ...report }: Report): string =>
  `${JSON.stringify({ ...report, severity: least }, null, 2)}\n`;

const namesOf = ({ cluster, subject, check }: Finding): string[] => [cluster, subject, check];

/** A table cuts off what is longer than a line. */
const broken = (text: string, width: number): string =>
  text.replaceAll(new RegExp(`\\S{${width}}(?=\\S)`, 'g'), '$& ');

/** What could not be read, each reason once. */
export function unreadLines({ notChecked, missing, region }: Report): string[] {
  const absent = missing.map(
    (name) =>
      `Not checked: ECS has no cluster ${name} in ${region}. Correct the name, or the Region with --region.`,
  );
  const lines = [
    ...Map.groupBy(notChecked, ({ cluster, needs }) => `${cluster}: ${needs.join(', ')}`).values(),
  ];
  const skipped = lines.map((some) => notCheckedLine(some));
  const reasons = new Set(notChecked.flatMap(({ why }) => why));
  const all = [...absent, ...skipped, ...reasons];
  return all.length === 0 ? [] : [...all, ''];
}

function notCheckedLine(some: readonly NotChecked[]): string {
  const { cluster = '', needs = [] } = some[0] ?? {};
  return `Not checked in ${cluster}: ${some.map(({ check }) => check).join(', ')}: needs ${needs.join(', ')}.`;
}

const count = (found: number, [one, many]: readonly [string, string]) =>
  `${found} ${found === 1 ? one : many}`;

function summary({ findings, clusters, checks, hidden, least }: Report): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const some = findings.filter((finding) => finding.severity === severity).length;
    return some === 0 ? [] : [count(some, TITLES[severity])];
  });
  const done = `${count(checks.length, ['check', 'checks'])} on ${count(clusters.length, ['cluster', 'clusters'])}`;
  const rest = hidden === 0 ? '' : ` ${hidden} below ${least} not shown: --severity note.`;
  return `${done}: ${counts.join(', ') || 'nothing found'}.${rest} Nothing was changed. Each check: docs/doctor.md.`;
}
