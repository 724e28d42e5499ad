import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a file in it; the innermost, as packages have packages in them. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * The licences of what is built into the package, each text once, after the packages that it is of. Most ask to be
 * handed on with every copy. `files`: below `root`. Throws if a package has none.
 */
export function licences(root: string, files: readonly string[]): string {
  const packages = new Set(files.flatMap((file) => PACKAGE.exec(file)?.[0] ?? []));
  const byText = Map.groupBy([...packages].toSorted(), (folder) => licenceOf(join(root, folder)));
  return [...byText]
    .map(([text, folders]) => `${folders.map(nameOf).join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

const nameOf = (folder: string) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

function licenceOf(folder: string): string {
  const [file] = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: folder });
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').trim();
  const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { license?: string };
  if (license === undefined)
    throw new Error(`${folder} has no licence: it must not be built into the package.`);
  return `Licence: ${license}`;
}
