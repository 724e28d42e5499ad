import { createHash } from 'node:crypto';
import type { Check, Finding } from './finding.ts';
import type { Report } from './output.ts';

/**
 * The findings as SARIF 2.1.0 (OASIS). Nothing is in a file, so that a result has a logical location, the ARN, and
 * none in a file; a viewer that wants one has to take the ARN.
 */
export function asSarif(report: Report, checks: readonly Check[]): string {
  const ids = checks.map(({ id }) => id);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'stevedore doctor', rules: checks.map(rule) } },
        invocations: [
          {
            executionSuccessful: report.notChecked.length + report.missing.length === 0,
            toolExecutionNotifications: notifications(report),
          },
        ],
        results: results(report.findings, ids),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const rule = ({ id, title, severity, document }: Check) => ({
  id,
  shortDescription: { text: `${title}.` },
  helpUri: document,
  defaultConfiguration: { level: severity },
});

function results(findings: readonly Finding[], ids: readonly string[]) {
  const before = new Map<string, number>();
  return findings.map((finding) => {
    const { check, resource, subject, cluster, problem, fix } = finding;
    const key = `${check} ${resource}`;
    const nth = before.get(key) ?? 0;
    before.set(key, nth + 1);
    return {
      ruleId: check,
      ruleIndex: ids.indexOf(check),
      level: finding.severity,
      message: { text: `${subject} of cluster ${cluster}: ${problem} Fix: ${fix}` },
      locations: [{ logicalLocations: [{ name: subject, fullyQualifiedName: resource, kind: 'resource' }] }],
      // The words have numbers in them that change from run to run; which check found which resource does not.
      partialFingerprints: { 'checkAndResource/v1': fingerprint(`${key} ${nth}`) },
    };
  });
}

const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

const notifications = ({ notChecked, missing }: Report) => [
  ...missing.map((name) => ({ level: 'error', message: { text: `ECS has no cluster ${name}.` } })),
  ...notChecked.map(({ check, cluster, needs, why }) => ({
    level: 'error',
    associatedRule: { id: check },
    message: { text: `Not checked in ${cluster}: needs ${needs.join(', ')}. ${why.join(' ')}` },
  })),
];
