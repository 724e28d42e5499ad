import { readdirSync, readFileSync } from 'node:fs';
import { parseEvent } from '../../events/index.ts';
import type { ParsedEvent } from '../../events/parsed-event.ts';

const folder = new URL('../../events/samples/', import.meta.url);

/** Every sample event by the name of its file, without `.json`. */
export const sampleNames: readonly string[] = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

/** A fresh copy of a sample, as JSON.parse gives it. */
export function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}

/** A fresh copy with some fields, named by their path, set to something else; `undefined` takes a field away. */
export function edited(name: string, changes: Readonly<Record<string, unknown>>): unknown {
  const event = sample(name);
  for (const [path, value] of Object.entries(changes)) setAt(event, path.split('.'), value);
  return event;
}

export function setAt(root: unknown, path: readonly string[], value: unknown): void {
  const [step, ...rest] = path;
  if (typeof root !== 'object' || root === null || step === undefined) return;
  if (rest.length > 0) setAt(Reflect.get(root, step), rest, value);
  else if (value === undefined) Reflect.deleteProperty(root, step);
  else Reflect.set(root, step, value);
}

/** The one event that `raw` is read as; fails if it is rejected or holds several. */
export function only(raw: unknown): ParsedEvent {
  const { events, rejected } = parseEvent(raw);
  const [event] = events;
  if (!event || events.length > 1 || rejected.length > 0) {
    throw new Error(`Expected one event, got ${events.length} and ${JSON.stringify(rejected)}`);
  }
  return event;
}

/** The one sentence with which `raw` is rejected, after its cause. */
export function rejection(raw: unknown): string {
  const { events, rejected } = parseEvent(raw);
  const [first] = rejected;
  if (!first || rejected.length > 1 || events.length > 0) {
    throw new Error(`Expected one rejection, got ${rejected.length} and ${JSON.stringify(events)}`);
  }
  return `${first.why}: ${first.sentence}`;
}

export const instance = 'i-0a1b2c3d4e5f67890';
export const otherInstance = 'i-0f9e8d7c6b5a43210';
export const containerInstance =
  'arn:aws:ecs:us-east-1:111122223333:container-instance/prod/6f0f7bb0c9d24f0d8f2a3e1d5b7c9a11';
