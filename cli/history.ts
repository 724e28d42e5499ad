import { parseArgs } from 'node:util';
import { HOUR } from '../lib/clock.ts';
import { RETENTION_MS } from '../lib/journal/table.ts';
import type { Connect } from './account.ts';
import { BadInput, type Command, EXIT } from './command.ts';
import { filterOf, limitOf, OPTIONS, passes, spanOf } from './history/options.ts';
import { asJson, asText } from './history/output.ts';
import { readHistory } from './history/read.ts';
import { shelvesOf } from './history/subjects.ts';
import { CREDENTIALS_HELP, PLACE_HELP, placeOf, TABLE_HELP } from './options.ts';
import { allReasons } from './reason-catalogues.ts';

const HELP = `Usage: stevedore history [SUBJECT] [OPTIONS]

Who terminated my host, and why: the notable decisions of the journal, which keeps them for 90 days, oldest first. With
SUBJECT what was decided about it, without one what was decided at all in the last 24 hours. Times are UTC.

  SUBJECT            an instance (i-0a1b…), a service (prod/web), a tag (shop/api:production), an Auto Scaling group, a
                     cluster, a breaker (pool/…); or as the journal has it: service/prod/web, group/prod-ecs
  --since TIME       how long ago, such as 2h or 3d, or a time such as 2026-11-21T14:00Z
  --until TIME       the same; what happened then is left out
  --capability NAME  draining, scaling, failover, retagging or capacity
  --reason CODE      one of docs/reason-codes.md
  --outcome NAME     acted, done, held, refused, observed, ignored or failed
  --limit N          the newest so many (default 50)
  --long             also the calls that were made, the event that it was decided for, and the facts
${TABLE_HELP}
${PLACE_HELP}
  --json             one JSON object per line; keys are only ever added

${CREDENTIALS_HELP} They need
dynamodb:Query on the table.

Example:
  npx stevedore history i-0a1b2c3d4e5f67890 --since 2d --long

Exit codes: 0 done, 1 failed, 2 an argument is wrong.
`;

export const createHistory = (connect: Connect): Command => ({
  summary: 'what was decided about an instance, a service or a tag, and why',
  help: HELP,
  options: OPTIONS,
  async run(args, { out, err, columns }) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [subject, ...more] = positionals;
    if (more.length > 0) throw new BadInput(`Found ${more.join(' ')} after ${subject}; name one subject.`);
    const filter = filterOf(values, allReasons());
    const limit = limitOf(values.limit);
    const { journal, clock } = connect(placeOf(values, process.env), values.table);
    const span = spanOf(values, clock.now(), subject === undefined ? 24 * HOUR : RETENTION_MS);
    const shelves = subject === undefined ? null : shelvesOf(subject);
    const history = await readHistory(journal, {
      shelves,
      span,
      limit,
      passes: (entry) => passes(filter, entry),
    });
    const { entries } = history;
    out(values.json ? asJson(entries) : asText(entries, values.long, columns));
    if (history.more) err(`Older ones are left out: --limit ${limit * 2} or --until shows more.\n`);
    if (entries.length === 0) err(nothing(subject));
    return EXIT.done;
  },
});

function nothing(subject: string | undefined): string {
  if (subject === undefined)
    return 'Nothing notable was decided in that time; --since 7d looks further back.\n';
  const names = [...new Set(shelvesOf(subject).map((one) => `${one.subject} (${one.capability})`))].join(
    ', ',
  );
  return (
    `The journal has nothing notable about ${subject} in that time. Looked for: ${names}. ` +
    'A service is CLUSTER/NAME, a tag REPOSITORY:TAG; stevedore history without a name shows what there is.\n'
  );
}
