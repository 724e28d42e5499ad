import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll } from 'vitest';
import type { Place } from '../../cli/options.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { type Clock, MINUTE } from '../../lib/clock.ts';
import type { JournalSink } from '../../lib/journal/create.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { partitionOf } from '../../lib/retagging/dependencies.ts';
import type { Heard } from '../../lib/retagging/notice.ts';
import { isRepository, type RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { ControlStore, RecordStore } from '../../lib/state/store.ts';
import type { RepositorySpec } from '../../simulator/ecr/specs.ts';
import { createWorld } from '../../simulator/world.ts';
import { connectTo, type Kept, runWith } from './account.ts';

const directory = mkdtempSync(join(tmpdir(), 'stevedore-retag-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

const VERBS = ['promote', 'rollback', 'approve', 'release'];

/** A policy file with these repositories under retagging, in YAML. */
export function retaggingFile(repositories: string, mode = 'act'): string {
  files += 1;
  const file = join(directory, `policy-${files}.yml`);
  writeFileSync(file, `version: 1\nretagging:\n  mode: ${mode}\n  repositories: ${repositories}\n`);
  return file;
}

/** `web:stable` gets images of `v*` of the same repository, by hand, if its gates are open. */
export const stable = (gates = '{}') =>
  `{ web: { promotions: { stable: { from: 'v*', to: [stable], on: [], gates: ${gates} } } } }`;

/** The error stream of a terminal, as far as a progress bar needs it. */
function screen() {
  const stream = new PassThrough();
  let shown = '';
  stream.on('data', (text) => {
    shown += text;
  });
  const nothing = () => true;
  const terminal = { isTTY: true, columns: 120, cursorTo: nothing, clearLine: nothing, moveCursor: nothing };
  return { stderr: Object.assign(stream, terminal), shown: () => shown };
}

export interface RegistryOptions {
  readonly repositories?: readonly RepositorySpec[];
  /** In place of the memory store and the journal in memory. */
  readonly kept?: (clock: Clock) => Kept;
}

/** A registry, a store, a journal, and a terminal that runs `stevedore` against them. */
export function registry({ repositories = [{ name: 'web' }], kept }: RegistryOptions = {}) {
  const world = createWorld({ throttling: false });
  for (const spec of repositories) world.ecr.addRepository(spec);
  const journal = createMemoryJournal();
  const sink: JournalSink = { name: 'memory', takes: 'notable', write: journal.write };
  const ground = kept?.(world.clock) ?? {
    store: createMemoryStore<never, never>(world.clock),
    sinks: [sink],
  };
  const store: RecordStore<RetaggingRecord, Heard> & ControlStore = ground.store;
  const { stderr, shown } = screen();
  const asked: { readonly place: Place; readonly table: string }[] = [];
  const connect = connectTo(world, { ...ground, stderr }, (place, table) => asked.push({ place, table }));
  return {
    world,
    store,
    journal,
    asked,
    shown,
    run: async (...args: readonly string[]) => runWith(await createVerbs(connect, VERBS), args),
    /** Somebody pushes an image as `tag`, a minute after whatever was before. */
    async push(tag: string, spec: Parameters<typeof world.ecr.push>[1] = {}, repository = 'web') {
      await world.runFor(MINUTE);
      const digest = world.ecr.push(repository, { tag, ...spec });
      await world.runFor(MINUTE);
      return digest;
    },
    on: (tag: string, repository = 'web') => world.ecr.repository(repository).tags.get(tag)?.image.digest,
    async record(id = 'web:stable') {
      const partition = partitionOf(id.slice(0, id.indexOf(':')));
      const [stored] = await store.read([{ partition, id }]);
      return stored && !isRepository(stored.state) ? stored.state : undefined;
    },
    calls: (operation: string) => world.recording.calls.filter((call) => call.operation === operation).length,
  };
}

export type Registry = ReturnType<typeof registry>;
