import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unzip } from './zip.ts';

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Condition?: string;
  readonly Properties: Record<string, unknown>;
}

export interface Packaged {
  readonly status: number | null;
  /** What a person sees: both streams. */
  readonly output: string;
  readonly artefacts: readonly string[];
  readonly resources: Readonly<Record<string, Resource>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  /** The text of the template. */
  readonly template: string;
  /** The files in each function's archive, by the function's name. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
}

/** What a fork has after `npm ci`, as far as packaging needs it. */
const project = [
  'events',
  'functions',
  'lib',
  'package.json',
  'serverless.yml',
  'stack.cjs',
  'stevedore.yml',
  'tsconfig.json',
];

/** stevedore.yml, and the capability that it leaves off. */
export const everyCapability = `${readFileSync('stevedore.yml', 'utf8')}
capacity:
  clusters:
    prod: { groups: [prod-ecs], scaleOut: { maximumStep: 7 }, consolidation: {} }
`;

/**
 * `npx serverless package` in a copy of the project, so that test files do not write to the same `.build`. There are
 * no credentials, and every proxy leads nowhere.
 */
export function packageService(
  options: { readonly args?: readonly string[]; readonly policy?: string } = {},
): Packaged {
  const folder = mkdtempSync(join(tmpdir(), 'stevedore-package-'));
  for (const name of project) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  if (options.policy !== undefined) writeFileSync(join(folder, 'stevedore.yml'), options.policy);

  const command = [resolve('node_modules/serverless/bin/serverless.js'), 'package', ...(options.args ?? [])];
  const nowhere = 'http://127.0.0.1:9';
  const env = { PATH: process.env.PATH, HOME: folder, HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere };
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: folder,
    env,
    encoding: 'utf8',
  });

  const template = join(folder, '.serverless', 'cloudformation-template-update-stack.json');
  const archives = ['drain', 'scale', 'failover', 'retag', 'capacity'].map((name) => ({
    name,
    file: join(folder, '.serverless', `${name}.zip`),
  }));
  const written = archives.filter(({ file }) => existsSync(file));
  const text = existsSync(template) ? readFileSync(template, 'utf8') : '{}';
  const packaged = JSON.parse(text);
  return {
    status,
    output: stdout + stderr,
    artefacts: [template, ...written.map(({ file }) => file)].filter((file) => existsSync(file)),
    resources: packaged.Resources ?? {},
    conditions: packaged.Conditions ?? {},
    template: text,
    files: new Map(written.map(({ name, file }) => [name, unzip(readFileSync(file))])),
  };
}

/** The properties of every resource of a type, by logical id. */
export function ofType({ resources }: Packaged, type: string): [string, Record<string, unknown>][] {
  return Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties]);
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export type Role = 'DrainRole' | 'ScaleRole' | 'FailoverRole' | 'RetagRole' | 'CapacityRole';

interface RolePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}
type Conditional = { readonly 'Fn::If': readonly [string, RolePolicy, unknown] };

/** Every statement of a function's role, as far as the conditions of the template let them be. */
export function roleStatements({ resources, conditions }: Packaged, role: Role): readonly Statement[] {
  const policies = (resources[role]?.Properties.Policies ?? []) as readonly (RolePolicy | Conditional)[];
  return policies.flatMap((policy) => {
    if (!('Fn::If' in policy)) return policy.PolicyDocument.Statement;
    const [condition, held] = policy['Fn::If'];
    return holds(conditions[condition]) ? held.PolicyDocument.Statement : [];
  });
}

/** Whether a condition of the template, which compares two texts, is met. */
export function holds(condition: unknown): boolean {
  const [one, other] = (condition as { readonly 'Fn::Equals': readonly [string, string] })['Fn::Equals'];
  return one === other;
}

export const actionsOf = ({ Action }: Statement): readonly string[] =>
  typeof Action === 'string' ? [Action] : Action;
