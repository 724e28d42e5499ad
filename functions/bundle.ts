import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { lean } from './lean.ts';

/**
 * Bundles `functions/NAME.ts` with everything it imports, the SDK included, into `.build/NAME/NAME.mjs` and chunks
 * beside it. `policy` becomes the module `stevedore:policy`, one export per key. Resolves to what was bundled.
 */
export async function bundle(root: string, name: string, policy: object): Promise<Metafile> {
  const outdir = join(root, '.build', name);
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: { [name]: join('functions', `${name}.ts`) },
    outdir,
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node24',
    format: 'esm',
    bundle: true,
    minify: true,
    // What is imported dynamically (the EC2 client, credential providers that Lambda never uses) falls into chunks
    // that a cold start does not load.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // esbuild prefers `main` for Node, where the SDK has CommonJS: it neither shakes nor splits that.
    mainFields: ['module', 'main'],
    packages: 'bundle',
    legalComments: 'none',
    sourcemap: false,
    logLevel: 'warning',
    plugins: [policyModule(policy), lean],
  });
  return metafile;
}

function policyModule(policy: object): Plugin {
  const contents = Object.entries(policy)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join('\n');
  return {
    name: 'stevedore-policy',
    setup(build) {
      build.onResolve({ filter: /^stevedore:policy$/ }, ({ path }) => ({ path, namespace: 'stevedore' }));
      build.onLoad({ filter: /.*/, namespace: 'stevedore' }, () => ({ contents, loader: 'js' }));
    },
  };
}
