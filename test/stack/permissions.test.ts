import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionsOf, type Packaged, packageService, roleStatements } from './service.ts';

/** SDK clients by package, and how IAM calls their service. */
const prefixes: Readonly<Record<string, string>> = {
  'client-application-auto-scaling': 'application-autoscaling',
  'client-auto-scaling': 'autoscaling',
  'client-cloudwatch': 'cloudwatch',
  'client-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-ecr': 'ecr',
  'client-ecs': 'ecs',
  'client-eventbridge': 'events',
};

/** What Lambda itself does with the function's role. */
const byLambda = ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage'];

/** What RegisterTaskDefinition asks for besides itself: the roles of the task, and its tags. */
const byRegistering = ['iam:PassRole', 'ecs:TagResource'];

/** What DescribeImageScanFindings asks of Inspector in the caller's name. */
const byScanning = ['inspector2:ListCoverage', 'inspector2:ListFindings'];

/** The actions behind the commands that the sources of a function import, as IAM names them. */
async function actionsUsedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    packages: 'external',
    external: ['stevedore:policy'],
  });
  // What a function imports a module for may leave out a part of it, and with it what that part imports.
  const outputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const bundled = outputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const actions = bundled.flatMap((file) => {
    const imports = readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@aws-sdk\/([\w-]+)'/g);
    return [...imports].flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(([, command]) => `${prefixes[client]}:${command}`),
    );
  });
  return [...new Set(actions)].sort();
}

// Every kind of write that a policy can ask for is on here.
const policy = `version: 1
draining: { clusters: { prod: { groups: { prod-ecs: {}, prod-counted: {} } } } }
scaling:
  services: { prod/web: { min: 1, max: 9, schedules: { daily: { rate: 1d, desired: 2 } } } }
  groups: { prod-ecs: { cluster: prod, min: 1, max: 9, schedules: { daily: { rate: 1d, desired: 2 } } } }
failover:
  services: { prod/web: { image: pin, paired: spare } }
  migrations: { prod: { services: [api] } }
retagging:
  repositories:
    shop/api:
      promotions:
        staging: { from: 'main-*', to: [staging], gates: { scan: { critical: 0 }, signature: true }, deploy: [prod/*] }
        prod: { from: staging, to: { repository: shop/prod, tags: [prod] }, gates: { running: { service: prod/api } } }
capacity:
  clusters: { prod: { groups: [prod-counted], consolidation: {} } }
`;

// The reader of EC2 is one module, of whose calls each function makes some.
const ofNewInstances = ['ec2:DescribeInstanceTypes', 'ec2:DescribeLaunchTemplateVersions'];
const functions = [
  { name: 'drain', role: 'DrainRole', calls: 15, never: ['ec2:DescribeSubnets', ...ofNewInstances] },
  { name: 'scale', role: 'ScaleRole', calls: 12, never: [] },
  { name: 'failover', role: 'FailoverRole', calls: 18, never: ['ec2:DescribeInstances', ...ofNewInstances] },
  { name: 'retag', role: 'RetagRole', calls: 25, never: [] },
  { name: 'capacity', role: 'CapacityRole', calls: 20, never: ['ec2:DescribeSubnets'] },
] as const;

let service: Packaged;
const used = new Map<string, readonly string[]>();

beforeAll(async () => {
  service = packageService({ policy });
  for (const { name } of functions) used.set(name, await actionsUsedBy(`functions/${name}.ts`));
});

describe.each(functions)('the role of the $name function', ({ name, role, calls, never }) => {
  const usedBy = () => (used.get(name) ?? []).filter((action) => !never.some((other) => other === action));
  const allowed = () => roleStatements(service, role).flatMap(actionsOf);

  it('allows every call that the code makes', () => {
    expect(usedBy().length).toBeGreaterThan(calls);
    expect(usedBy().filter((action) => !allowed().includes(action))).toEqual([]);
  });

  it('allows nothing that the code does not call', () => {
    const implied = [...byLambda, ...byRegistering, ...byScanning];

    expect(allowed().filter((action) => !usedBy().includes(action) && !implied.includes(action))).toEqual([]);
  });

  it('edge 8: has no way to call itself: no invoke, no topic, no queue but the one for failures, no event as AWS', () => {
    const ways = allowed().filter((action) =>
      /^(lambda|sns|scheduler|states):|^sqs:(?!SendMessage$)/.test(action),
    );

    expect(ways).toEqual([]);
  });
});
