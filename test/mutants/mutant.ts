import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A deliberate fault: a patch of the product, and the tests that have to fail with it. */
export interface Mutant {
  /** The patch's file name without `.patch`. */
  readonly name: string;
  readonly what: string;
  /** For vitest: paths of tests, or of folders of them. */
  readonly filters: readonly string[];
  /** Where the fault is. */
  readonly files: readonly string[];
  readonly patch: string;
}

/** `# What is wrong now. | test/a.test.ts test/b/`, the first line of a patch. */
const HEADING = /^# (?<what>[^|]+?) \| (?<filters>test\/\S+(?: test\/\S+)*)$/;
const PRODUCT = /^(lib|functions)\//;

/** All mutants of a directory, by name; their paths are from `root`. @throws when one is not as this module wants it */
export function readMutants(directory: string, root: string): Mutant[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.patch'))
    .toSorted()
    .map((file) => toMutant(basename(file, '.patch'), readFileSync(join(directory, file), 'utf8'), root));
}

function toMutant(name: string, patch: string, root: string): Mutant {
  const [first = ''] = patch.split('\n', 1);
  const { what, filters } = HEADING.exec(first)?.groups ?? {};
  if (what === undefined || filters === undefined) {
    throw new Error(`${name}.patch begins with "${first}"; give "# what it does | test/path.test.ts"`);
  }
  const files = [...patch.matchAll(/^\+\+\+ b\/(.+)$/gm)].flatMap(([, file]) => file ?? []);
  const others = files.filter((file) => !PRODUCT.test(file));
  if (files.length === 0 || others.length > 0) {
    throw new Error(
      `${name}.patch changes ${others.join(', ') || 'nothing'}; only lib/ and functions/ are mutated`,
    );
  }
  // vitest says nothing of a filter that fits no file while another one does.
  const tests = filters.split(' ');
  const gone = tests.filter((path) => !existsSync(join(root, path)));
  if (gone.length > 0) throw new Error(`${name}.patch names ${gone.join(', ')}, which does not exist`);
  return { name, what, filters: tests, files, patch };
}
