import { type Check, ecsGuide } from '../finding.ts';
import { DEFINITIONS } from '../reads.ts';

/** Whoever may call DescribeTaskDefinition reads it, and every revision keeps it. Values are never read into a snapshot. */
export const plainSecret: Check = {
  id: 'plain-secret',
  title: 'A secret stands in plain text in a task definition',
  severity: 'error',
  document: ecsGuide('specifying-sensitive-data'),
  reads: DEFINITIONS,
  find: ({ definitions }) =>
    [...definitions.values()].flatMap(({ arn, name, containers }) =>
      containers
        .filter(({ secrets }) => secrets.length > 0)
        .map(({ name: container, secrets }) => ({
          resource: arn,
          subject: `task definition ${name}`,
          problem: `Container ${container} has ${secrets.length === 1 ? 'a literal value' : 'literal values'} in ${secrets.join(', ')}, which everybody reads who may read task definitions.`,
          fix: 'Put it into Secrets Manager or a SecureString parameter, name that under secrets in place of environment, and change the secret itself, since old revisions keep it.',
        })),
    ),
};
