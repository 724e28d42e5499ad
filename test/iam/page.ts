import type { Permission } from './permissions.ts';
import type { Wildcard } from './wildcards.ts';

const HEAD = `# Permissions

What the roles of the functions may do, and why where a wildcard stands for resources. Written by
\`npm run test:iam -- --write\`; \`npm run test:iam\` fails when it is no longer so, when a function makes a call in a simulated
world that its role does not allow, and when a role allows what nothing calls. Edit the reasons in
\`test/iam/reasons.ts\`, not here.

The statements are compiled from your policy file, so that a role has those that the policy can lead to and no others;
the names in their resources are those of the policy's clusters, services, groups and repositories.
\`npx serverless package\` shows yours. What they could be abused for: [threat model](threat-model.md).
`;

/** docs/permissions.md */
export function permissionsPage(permissions: readonly Permission[], wildcards: readonly Wildcard[]): string {
  const byRole = [...Map.groupBy(permissions, ({ role }) => role)].map(
    ([role, own]) => [role, statementsOf(own)] as const,
  );
  const [[, ofOne] = ['', []], ...others] = byRole;
  const common = ofOne.filter((row) => others.every(([, rows]) => rows.includes(row)));
  const parts = [HEAD];
  for (const [role, rows] of byRole) {
    parts.push(
      `## ${role}\n`,
      table(
        STATEMENT,
        rows.filter((row) => !common.includes(row)),
      ),
    );
  }
  parts.push('## Every role\n', table(STATEMENT, common));
  const reasons = Map.groupBy(wildcards, ({ resource, why }) => rowOf([`\`${resource}\``, why ?? '']));
  const rows = [...reasons].map(([row, all]) => `${row} ${list(all.map(({ action }) => `\`${action}\``))} |`);
  parts.push(
    '## Why wildcards\n',
    '`NAME` stands for one name of the policy.\n',
    table(['resource', 'why', 'for'], rows.toSorted()),
  );
  return parts.join('\n');
}

const STATEMENT = ['statement', 'actions', 'on', 'only with'];

const statementsOf = (own: readonly Permission[]): readonly string[] =>
  [...Map.groupBy(own, ({ sid }) => sid)].map(([sid, all]) =>
    rowOf([
      `\`${sid}\``,
      list(all.map(({ action }) => `\`${action}\``)),
      list(all.map(({ type }) => (type === 'any' ? '`*`' : `\`${type}\``))),
      list(all.flatMap(({ conditions }) => conditions.map((key) => `\`${key}\``))),
    ]),
  );

const list = (texts: readonly string[]): string => [...new Set(texts)].join(', ');
const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[]): string =>
  `${[rowOf(head), rowOf(head.map(() => '---')), ...rows].join('\n')}\n`;
