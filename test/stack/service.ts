import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unzip } from './zip.ts';

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Record<string, unknown>;
}

export interface Packaged {
  readonly status: number | null;
  /** What a person sees: both streams. */
  readonly output: string;
  readonly artefacts: readonly string[];
  readonly resources: Readonly<Record<string, Resource>>;
  readonly files: ReadonlyMap<string, Buffer>;
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
  const archive = join(folder, '.serverless', 'drain.zip');
  return {
    status,
    output: stdout + stderr,
    artefacts: [template, archive].filter((file) => existsSync(file)),
    resources: existsSync(template) ? JSON.parse(readFileSync(template, 'utf8')).Resources : {},
    files: existsSync(archive) ? unzip(readFileSync(archive)) : new Map(),
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

/** Every statement of the drain function's role. */
export function roleStatements({ resources }: Packaged): readonly Statement[] {
  const policies = resources.DrainRole?.Properties.Policies as {
    PolicyDocument: { Statement: Statement[] };
  }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

export const actionsOf = ({ Action }: Statement): readonly string[] =>
  typeof Action === 'string' ? [Action] : Action;
