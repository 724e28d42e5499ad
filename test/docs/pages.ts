import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

// What is installed, built or hidden is not written by us.
const skipped = /(^|\/)(node_modules|\..+)(\/|$)/;

export interface Page {
  /** From the root of the project. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

/** The project's files whose names end like this. */
export function pagesEndingIn(ending: RegExp): Page[] {
  return readdirSync(root, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() && !skipped.test(entry.name)
        ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((name) =>
            join(root, entry.name, name),
          )
        : [join(root, entry.name)],
    )
    .filter((file) => ending.test(file) && !skipped.test(relative(root, file)))
    .map((file) => ({
      path: relative(root, file),
      folder: dirname(file),
      text: readFileSync(file, 'utf8'),
    }));
}

/** The text without blocks of code. */
export const prose = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** The anchors of a page, as GitHub makes them of its headings. */
export function anchors(text: string): string[] {
  return [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
