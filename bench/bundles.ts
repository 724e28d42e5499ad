import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { bundle } from '../functions/bundle.ts';
import { compilePolicy } from '../lib/policy/compile.ts';
import { loadPolicy } from '../lib/policy/load.ts';
import type { Figure } from './figure.ts';

const root = join(import.meta.dirname, '..');
/** Each pair is measured back to back, so that a busy moment of the machine hits both. */
const PAIRS = 21;

/** Import time of the packaged function against the bare handler, and what a cold start loads. */
export async function measureBundles(onProgress: (done: number, of: number) => void): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stevedore-bench-'));
  try {
    const loaded = loadPolicy(join(root, 'stevedore.yml'));
    if (!loaded.ok) throw new Error('stevedore.yml is not valid; `npx stevedore validate` says why.');
    const outputs = await bundle(root, 'drain', compilePolicy(loaded.policy).runtime);
    const bare = join(folder, 'bare.js');
    await build({
      entryPoints: [join(root, 'bench', 'bare-handler.ts')],
      outfile: bare,
      bundle: true,
      platform: 'node',
      logLevel: 'error',
    });
    const ours = join(root, '.build', 'drain', 'drain.mjs');
    const ratios: number[] = [];
    const times = { ours: [] as number[], bare: [] as number[] };
    importMs(ours);
    importMs(bare);
    for (let pair = 0; pair < PAIRS; pair++) {
      const a = importMs(ours);
      const b = importMs(bare);
      times.ours.push(a);
      times.bare.push(b);
      ratios.push(a / b);
      onProgress(pair + 1, PAIRS);
    }
    const { bytes, inputs } = coldStart(outputs, 'drain.mjs');
    const fullZod = inputs.filter((path) => /node_modules\/zod\/v4\/classic\//.test(path)).length;
    const ec2 = inputs.filter((path) => path.includes('@aws-sdk/client-ec2/')).length;
    return [
      {
        name: 'import time, packaged drain / bare handler',
        value: median(ratios),
        unit: 'ratio',
        noisy: true,
        atMost: 0.8,
        note: `median of ${PAIRS} pairs: ${median(times.ours).toFixed(0)} ms / ${median(times.bare).toFixed(0)} ms`,
      },
      { name: 'loaded at a cold start, minified', value: bytes / 1_000, unit: 'kB', atMost: 420 },
      { name: 'modules of full zod in it', value: fullZod, unit: 'files', atMost: 0 },
      { name: 'modules of the EC2 client in it', value: ec2, unit: 'files', atMost: 0 },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function importMs(file: string): number {
  const code = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); process.stdout.write(String(performance.now() - t));`;
  const env = {
    ...process.env,
    AWS_REGION: 'eu-west-1',
    TABLE_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
  };
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`Importing ${file} failed: ${run.stderr}`);
  return Number(run.stdout);
}

/** The entry and every chunk that it imports statically; dynamic imports are not loaded at a cold start. */
function coldStart({ outputs }: Metafile, entry: string): { bytes: number; inputs: string[] } {
  const start = Object.keys(outputs).find((path) => path.endsWith(`/${entry}`));
  const seen = new Set<string>();
  const queue = start ? [start] : [];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { kind, path: target } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && target in outputs) queue.push(target);
    }
  }
  const chunks = [...seen].flatMap((path) => outputs[path] ?? []);
  return {
    bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    inputs: chunks.flatMap((chunk) => Object.keys(chunk.inputs)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
