import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Account, Connect } from './account.ts';
import { BadInput, type Command, EXIT, type ExitCode } from './command.ts';
import { type Handled, handle } from './explain/handle.ts';
import { asJson, asText } from './explain/output.ts';
import { type Understanding, understand } from './explain/understand.ts';
import { failureText } from './failed.ts';
import {
  CREDENTIALS_HELP,
  FLAG,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  POLICY,
  POLICY_HELP,
  placeOf,
  positional,
  TABLE,
  TABLE_HELP,
  TEXT,
} from './options.ts';
import { readPolicy } from './policy-file.ts';

const HELP = `Usage: stevedore explain EVENT.json [OPTIONS]

Says what an event would lead to, and why, or why it would lead to nothing: which rule of the policy matches it, or
which comes nearest and where it differs; what the function behind it hears; what it reads of AWS, decides, and would do.
The function's own handler decides, in mode observe and over copies of its records. Nothing is changed or stored.

EVENT.json is an event as EventBridge delivers it, a message of SNS or SQS, or the action of an alarm; - reads it from
the standard input. Samples are in events/samples.

  --offline          asks AWS nothing: the rule, the function and what it hears
  --at TIME          as if it were then: an ISO time, or event for the time of the event (default: now)
${POLICY_HELP}
${TABLE_HELP}
${PLACE_HELP}
${JSON_HELP}

${CREDENTIALS_HELP} They need to read what
stevedore plan reads.

Example:
  npx stevedore explain events/samples/lifecycle-terminate.json --offline

Exit codes: 0 a function would hear of it, 1 failed, 2 bad input, 3 no rule matches it or it asks nothing.
`;

const OPTIONS = {
  offline: FLAG,
  at: TEXT,
  ...POLICY,
  ...TABLE,
  ...PLACE,
  ...JSON_OUTPUT,
} as const;

/** The verb, given how it reaches an account, and the standard input. */
export const createExplain = (
  connect: Connect,
  input: () => string = () => readFileSync(process.stdin.fd, 'utf8'),
): Command => ({
  summary: 'say which rule an event matches, and what it would lead to and why',
  help: HELP,
  options: OPTIONS,
  words: 'files',
  async run(args, { out, err, columns }) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [file = ''] = positional(positionals, ['the event']);
    const { offline, policy: policyFile, table, json } = values;
    const raw = parse(file, file === '-' ? input : () => readFileSync(file, 'utf8'));
    const at = values.at === undefined ? undefined : momentOf(values.at, raw);
    const policy = readPolicy(policyFile);
    const understood = understand(policy, raw);
    const live = understood.called.filter(({ arrivals }) => arrivals.length > 0);
    const handled: Handled[] = [];
    if (!offline && live.length > 0) {
      const account = asOf(connect(placeOf(values, process.env), table), at);
      for (const one of live) handled.push(await handle(account, policy.runtime, one.function, raw));
    }
    const found = { ...understood, policyFile, offline, handled };
    out(json ? asJson(found) : asText(found, columns));
    return exitCodeOf(understood, handled, err);
  },
});

function exitCodeOf(
  { called, way }: Understanding,
  handled: readonly Handled[],
  err: (text: string) => void,
): ExitCode {
  const thrown = handled.flatMap((one) => ('failure' in one ? [one.failure] : []));
  for (const error of thrown) err(failureText('explain', error) ?? `stevedore explain failed: ${error}\n`);
  const failed = handled.some(({ entries }) => entries.some(({ outcome }) => outcome === 'failed'));
  if (thrown.length > 0 || failed) return EXIT.failed;
  const isHeard = way === 'tick' || called.some(({ arrivals }) => arrivals.length > 0);
  return isHeard ? EXIT.done : EXIT.pending;
}

function parse(file: string, read: () => string): unknown {
  try {
    return JSON.parse(read());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadInput(`${file === '-' ? 'The standard input' : file} could not be read as an event: ${why}`);
  }
}

function momentOf(at: string, raw: unknown): number {
  const time = at === 'event' && typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'time') : at;
  const moment = Date.parse(String(time));
  if (Number.isFinite(moment)) return moment;
  throw new BadInput(
    `--at: found ${at}, expected a time such as 2026-11-21T14:00:00Z, or event if it has one.`,
  );
}

const asOf = (account: Account, at: number | undefined): Account =>
  at === undefined ? account : { ...account, clock: { ...account.clock, now: () => at } };
