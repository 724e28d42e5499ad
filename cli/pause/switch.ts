import { parseArgs } from 'node:util';
import type { Heard } from '../../lib/draining/notice.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { isOfService, keyOf } from '../../lib/failover/dependencies.ts';
import type { Heard as FailoverHeard } from '../../lib/failover/notice.ts';
import type { FailoverRecord } from '../../lib/failover/record.ts';
import { createJournal } from '../../lib/journal/create.ts';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import type { Pause } from '../../lib/state/store.ts';
import type { Account, Connect } from '../account.ts';
import { BadInput, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { placeOf, userName } from '../options.ts';
import { readPolicy } from '../policy-file.ts';
import { readDrains } from '../status/drains.ts';
import { entriesFor } from './entries.ts';
import { OPTIONS } from './options.ts';
import { asJson, asText, type Switched, stillCovering } from './output.ts';
import { covers, isOfDraining, scopeOf, scopesOf } from './scopes.ts';

/** Runs `pause` or `resume`. Throws `BadInput`. */
export async function runSwitch(
  verb: 'pause' | 'resume',
  connect: Connect,
  args: readonly string[],
  { out, err }: Terminal,
): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const [named = 'all', ...more] = positionals;
  if (more.length > 0)
    throw new BadInput(`Found ${more.join(' ')} after ${named}; name one scope, in one word.`);
  const policy = readPolicy(values.policy);
  const known = scopesOf(policy);
  // What is no scope of the policy may be paused all the same, of an older policy: it can be resumed. Breakers that
  // services share are known to the table only.
  const early = verb === 'pause' && !named.startsWith(POOLS) ? scopeOf(named, known) : null;
  const account = connect(placeOf(values, process.env), values.table);
  const store = account.store<never, never>();
  const before = await store.pauses();
  const pools = named.startsWith(POOLS) ? await poolsOf(account, policy) : [];
  const scope = early ?? scopeOf(named, [...known, ...pools, ...before.map((pause) => pause.scope)]);
  const already = before.some((pause) => pause.scope === scope) === (verb === 'pause');
  const by = values.by || (await whoIsIt(account, err));
  const at = account.clock.now();
  const dryRun = values['dry-run'];
  if (!already && !dryRun) {
    if (verb === 'pause') await store.pause(scope, by, at);
    else await store.resume(scope);
    await journalled(account, err, entriesFor({ verb, scope, by, at, orderId: account.orderId }));
  }
  const paused = dryRun ? afterwards(verb, before, { scope, by, at }) : await store.pauses();
  const hooks = verb === 'pause' && isOfDraining(scope) ? await hooksOf(account, policy, scope, err) : [];
  const switched: Switched = { verb, scope, by, at, dryRun, already, paused, hooks };
  out(values.json ? asJson(switched) : asText(switched));
  return stillCovering(switched).length > 0 ? EXIT.pending : EXIT.done;
}

const POOLS = 'failover/pool/';

/** The scopes of the breakers that services of the policy share now. */
async function poolsOf(account: Account, { runtime }: CompiledPolicy): Promise<string[]> {
  const keys = runtime.failover.services.map(({ id }) => keyOf(id));
  const services = (await account.store<FailoverRecord, FailoverHeard>().read(keys)).filter(isOfService);
  return [...new Set(services.flatMap(({ state }) => (state.pool ? [`failover/${state.pool.id}`] : [])))];
}

/** That AWS does not say who somebody is keeps nobody from stopping everything. */
async function whoIsIt({ identity }: Account, err: Terminal['err']): Promise<string> {
  try {
    return await identity();
  } catch {
    const name = userName();
    err(
      `AWS does not say who you are: the journal has your user name here, ${name}. --by NAME says another.\n`,
    );
    return name;
  }
}

/** Hooks of drains that a scope pauses. It is paused already, and so what cannot be read is told and no failure. */
async function hooksOf(
  account: Account,
  { runtime }: CompiledPolicy,
  scope: string,
  err: Terminal['err'],
): Promise<Switched['hooks']> {
  try {
    const drains = await readDrains(account.store<DrainRecord, Heard>(), runtime.draining);
    return drains
      .filter(({ cluster }) => covers(scope, `draining/${cluster}`))
      .flatMap(({ instance, hooks }) => hooks.map((hook) => ({ instance, ...hook })));
  } catch (error) {
    err(
      `Which hooks are open could not be read: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return [];
  }
}

/** A journal that is down does not keep anybody from stopping everything. */
async function journalled(
  { sinks }: Account,
  err: Terminal['err'],
  entries: ReturnType<typeof entriesFor>,
): Promise<void> {
  const journal = createJournal({
    sinks,
    onFailure: ({ sink, error, entries: count }) => {
      const why = error instanceof Error ? error.message : String(error);
      err(`The journal could not write ${count} entries to its ${sink} sink: ${why}\n`);
    },
  });
  await journal.write(entries);
}

/** What would be paused. */
function afterwards(verb: 'pause' | 'resume', before: readonly Pause[], pause: Pause): Pause[] {
  const others = before.filter(({ scope }) => scope !== pause.scope);
  const own = before.find(({ scope }) => scope === pause.scope) ?? pause;
  return verb === 'pause' ? [...others, own].toSorted((a, b) => (a.scope < b.scope ? -1 : 1)) : others;
}
