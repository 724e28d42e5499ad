import { createVerbs } from '../../cli/verbs.ts';
import { MINUTE } from '../../lib/clock.ts';
import type { JournalSink } from '../../lib/journal/create.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { harbour as scenario } from '../../simulator/scenarios/harbour.ts';
import { connectTo, type Kept, readerOf, runWith } from './account.ts';

export const POLICY = 'examples/harbour.yml';

/** The afternoon in the harbour so far, and a terminal that runs `stevedore` against what is deployed there. */
export async function harbour(minutes: number, more: Partial<Kept> = {}) {
  const played = scenario();
  const { world, deployment, hosts } = played;
  const began = world.now();
  const until = (after: number) => world.runUntil(began + after * MINUTE);
  await until(minutes);
  // What the command line journals; the functions' own entries are the deployment's.
  const journal = createMemoryJournal();
  const sink: JournalSink = { name: 'memory', takes: 'notable', write: journal.write };
  const reader = readerOf(() => [...deployment.journal, ...journal.entries]);
  const kept = { store: deployment.table, sinks: [sink], journal: reader, ...more };
  const verbs = await createVerbs(connectTo(world, kept));
  return {
    world,
    deployment,
    hosts,
    journal,
    began,
    until,
    run: (...args: readonly string[]) => runWith(verbs, args),
    runAt: (columns: number, ...args: readonly string[]) => runWith(verbs, args, columns),
    verbs,
  };
}
