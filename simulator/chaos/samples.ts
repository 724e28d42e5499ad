import { readdirSync, readFileSync } from 'node:fs';

let known: readonly unknown[] | undefined;

/**
 * The samples of events/: real shapes, first as they are, of clusters, groups and repositories that no policy here names;
 * then as if of this world, though of instances, tasks and images that it never had.
 */
export function sampleEvents(): readonly unknown[] {
  known ??= read(new URL('../../events/samples/', import.meta.url));
  return known;
}

/** What is true of the samples, and of this world. */
const HERE = [
  ['us-east-1', 'eu-west-1'],
  ['cluster/prod', 'cluster/chaos-0'],
  ['"prod"', '"chaos-0"'],
  ['prod-hosts', 'chaos-0-group-0'],
  ['shop/api', 'chaos/app-0'],
] as const;

function read(folder: URL): unknown[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted();
  const texts = names.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  // An order of nobody would still be an order, and oracles hear of orders on the bus.
  const here = texts
    .filter((text) => !text.includes('stevedore.operator'))
    .map((text) => HERE.reduce((all, [there, own]) => all.replaceAll(there, own), text));
  return [...texts, ...here].map((text): unknown => JSON.parse(text));
}
