// `npm pack` runs this first. It builds dist/, which is a root of its own: the command as JavaScript, because Node strips
// no types below node_modules, and what is read by its path at its place below it (lib/root.ts).
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { functionNames } from '../lib/policy/compile.ts';
import { ROOT } from '../lib/root.ts';
import { licences } from './pack/licences.ts';

const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
const bundled = await bundleCommand();
write('LICENCES.txt', licences(ROOT, bundled));
write('stack.cjs', asJavaScript(readFileSync(join(ROOT, 'stack.cjs'), 'utf8')));
const copied = [
  'serverless.yml',
  ...globSync('simulator/report/*.{css,js}', { cwd: ROOT }),
  ...(await sources()),
];
for (const file of copied) cpSync(join(ROOT, file), join(DIST, file));
process.stdout.write(`dist/: the command, the stack, and ${copied.length} files that they read\n`);

/** Bundles the command and what the framework asks. Resolves to what went into it: paths below the root. */
async function bundleCommand(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints: { 'cli/stevedore': 'cli/stevedore.ts', 'functions/stack': 'functions/stack.ts' },
    outdir: DIST,
    outExtension: { '.js': '.mjs' },
    // One folder below dist/, as lib/root.ts wants it.
    chunkNames: 'cli/[name]-[hash]',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    bundle: true,
    // Each verb is loaded when it is asked for.
    splitting: true,
    mainFields: ['module', 'main'],
    // They run at a deployment, and find their own files by their paths.
    external: ['esbuild', 'serverless'],
    inject: [join('cli', 'pack', 'node-20.ts')],
    // For CommonJS among the dependencies, which asks for Node's modules by this.
    banner: {
      js: `import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);`,
    },
    // Names stay as they are, so that a stack trace can be read.
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

/** What the functions are bundled from at a deployment, dependencies aside. */
async function sources(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints: functionNames.map((name) => join('functions', `${name}.ts`)),
    outdir: DIST,
    write: false,
    platform: 'node',
    format: 'esm',
    bundle: true,
    packages: 'external',
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

function asJavaScript(stack: string): string {
  const found = stack.replace('./functions/stack.ts', './functions/stack.mjs');
  if (found === stack)
    throw new Error('stack.cjs does not import ./functions/stack.ts: mend cli/pack.ts with it.');
  return found;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(DIST, file)), { recursive: true });
  writeFileSync(join(DIST, file), text);
}
