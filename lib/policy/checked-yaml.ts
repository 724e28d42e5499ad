import { LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { type Position, positionOf } from './positions.ts';
import type { Finding } from './raw.ts';
import { nearest } from './spelling.ts';

/** One thing that is wrong with a file. Lines and columns count from 1. */
export interface FileError extends Position {
  readonly file: string;
  /** `draining.clusters.prod.deadline`; empty for the file as a whole. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

export type CheckedYaml<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly FileError[] };

/** What a kind of file has to be. */
export interface FileKind<Schema extends z.ZodType> {
  /** Its messages complete the sentence "expected ...". */
  readonly schema: Schema;
  /** What is wrong between values that are right by themselves. */
  readonly relations: (found: unknown) => readonly Finding[];
  /** `a readable policy file`. */
  readonly expected: string;
}

/** Reads and checks the file that `read` returns the text of. Never throws: what cannot be read is an error as well. */
export function checkYaml<Schema extends z.ZodType>(
  read: () => string,
  file: string,
  kind: FileKind<Schema>,
): CheckedYaml<z.output<Schema>> {
  try {
    return checked(read(), file, kind);
  } catch (error) {
    // The file is not there; or YAML's parser recurses: maps some thousand levels deep are more than the stack holds.
    return unreadable(file, kind.expected, error);
  }
}

/** @throws RangeError when the text is nested too deeply to be read */
function checked<Schema extends z.ZodType>(
  text: string,
  file: string,
  { schema, relations, expected }: FileKind<Schema>,
): CheckedYaml<z.output<Schema>> {
  const lines = new LineCounter();
  // A map as a key means nothing here, and nested ones take exponential time to read (yaml's toJS).
  const options = { merge: true, stringKeys: true, prettyErrors: false } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const syntax = document.errors.map((error): FileError => {
    const { line, col } = lines.linePos(error.pos[0]);
    const valid = error.code === 'DUPLICATE_KEY' ? 'each key once' : 'valid YAML';
    return { file, line, column: col, path: '', found: error.message, expected: valid };
  });
  // Past a syntax error the tree is a guess, and what it would make us say is noise. A duplicate key is no guess.
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return failed(syntax);

  // An alias without an anchor, or aliases that multiply without end, come to light only here.
  let found: unknown;
  try {
    found = document.toJS();
  } catch (error) {
    return unreadable(file, expected, error);
  }
  const parsed = schema.safeParse(found);
  const findings = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => fromIssue(issue, found))),
    ...relations(found),
  ];
  const errors = findings.map((finding): FileError => {
    const position = positionOf(document, lines, finding.path, finding.at);
    const text = finding.found ?? inWords(valueAt(found, finding.path));
    return { file, ...position, path: finding.path.join('.'), found: text, expected: finding.expected };
  });
  if (parsed.success && errors.length === 0 && syntax.length === 0) return { ok: true, value: parsed.data };
  return failed([...syntax, ...errors]);
}

/** `stevedore.yml:12:17: draining.clusters.prod.deadline: found "3 days", expected ...`. */
export function formatFileError(error: FileError): string {
  const path = error.path === '' ? '' : `${error.path}: `;
  return `${error.file}:${error.line}:${error.column}: ${path}found ${error.found}, expected ${error.expected}`;
}

function unreadable(file: string, expected: string, error: unknown) {
  const found = error instanceof Error ? error.message : String(error);
  return failed([{ file, line: 1, column: 1, path: '', found, expected }]);
}

function failed(errors: readonly FileError[]) {
  return { ok: false as const, errors: errors.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function fromIssue(issue: z.core.$ZodIssue, found: unknown, within: readonly PropertyKey[] = []): Finding[] {
  const path = [...within, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, issue.message.split(', ')));
    case 'invalid_key':
      return issue.issues.map((inner) => ({
        path,
        at: 'key',
        found: inWords(path.at(-1)),
        expected: inner.message,
      }));
    case 'invalid_union': {
      // `{ stopafter: 1m }` where a word or a map may stand: say what is wrong with the map, not that it is no word.
      // Of two maps that may stand there, the one that less is wrong with was meant.
      const value = valueAt(found, path);
      const asMap = issue.errors
        .filter((branch) => branch.some((inner) => speaksOfTheInside(inner)))
        .toSorted((a, b) => faults(a) - faults(b))[0];
      if (asMap === undefined || value === null || typeof value !== 'object') break;
      return asMap.flatMap((inner) => fromIssue(inner, found, path));
    }
  }
  return [{ path, at: 'value', expected: issue.message }];
}

const speaksOfTheInside = (issue: z.core.$ZodIssue) =>
  issue.path.length > 0 || issue.code === 'unrecognized_keys';

const faults = (issues: readonly z.core.$ZodIssue[]) =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

function unknownKey(path: readonly PropertyKey[], key: string, known: readonly string[]): Finding {
  const meant = nearest(key, known);
  const question = meant === undefined ? '' : ` - did you mean ${meant}?`;
  return { path, at: 'key', found: `an unknown key${question}`, expected: `one of ${known.join(', ')}` };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}
