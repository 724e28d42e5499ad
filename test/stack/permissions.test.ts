import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionsOf, packageService, roleStatements } from './service.ts';

/** SDK clients by package, and how IAM calls their service. */
const prefixes: Readonly<Record<string, string>> = {
  'client-auto-scaling': 'autoscaling',
  'client-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-ecs': 'ecs',
  'client-eventbridge': 'events',
};

/** What Lambda itself does with the function's role. */
const byLambda = ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage'];

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
  const actions = Object.keys(metafile.inputs).flatMap((file) => {
    const imports = readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@aws-sdk\/([\w-]+)'/g);
    return [...imports].flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(([, command]) => `${prefixes[client]}:${command}`),
    );
  });
  return [...new Set(actions)].sort();
}

let used: string[];
let allowed: string[];

beforeAll(async () => {
  used = await actionsUsedBy('functions/drain.ts');
  // Every kind of write that a policy can ask for is on here.
  allowed = roleStatements(packageService()).flatMap(actionsOf);
});

describe('the role of the drain function', () => {
  it('allows every call that the code makes', () => {
    expect(used.length).toBeGreaterThan(15);
    expect(used.filter((action) => !allowed.includes(action))).toEqual([]);
  });

  it('allows nothing that the code does not call', () => {
    expect(allowed.filter((action) => !used.includes(action) && !byLambda.includes(action))).toEqual([]);
  });

  it('edge 8: has no way to call itself: no invoke, no topic, no queue but the one for failures, no event as AWS', () => {
    const ways = allowed.filter((action) =>
      /^(lambda|sns|scheduler|states):|^sqs:(?!SendMessage$)/.test(action),
    );

    expect(ways).toEqual([]);
  });
});
