import type { Order } from '../../lib/retagging/notice.ts';
import type { Connect } from '../account.ts';
import type { ExitCode, Terminal } from '../command.ts';
import { exitCodeOf, worstOf } from '../order/answer.ts';
import { readPolicy } from '../policy-file.ts';
import { resultOf } from './answer.ts';
import { giveOrder } from './give-order.ts';
import type { CommonOptions } from './options.ts';
import { asJson, asText } from './output.ts';
import { aimsAt, checkSource } from './target.ts';

/** An order as the command line has it. */
export interface OrderLine {
  readonly order: Order;
  readonly repository: string;
  readonly tag: string;
  /** Where the image is, if the order names one of there. */
  readonly source?: string;
  readonly dryRun?: boolean;
}

/** Gives the order, and prints what was decided and why. Throws `BadInput` before anything is asked of AWS. */
export async function runOrder(
  connect: Connect,
  { order, source, dryRun = false, ...target }: OrderLine,
  options: CommonOptions,
  { out, err, columns }: Terminal,
): Promise<ExitCode> {
  const policy = readPolicy(options.policyFile).runtime.retagging;
  const aims = aimsAt(policy, target, options);
  if (source !== undefined) checkSource(aims, source);
  const { json } = options;
  const account = connect(options.place, options.table);
  const by = options.by ?? (await account.identity());
  const answer = await giveOrder(account, { policy, aims, order, by, dryRun, onJournalFailure: err });
  const report = { ...answer, order, by, dryRun };
  out(json ? asJson(report) : asText(report, columns));
  return exitCodeOf(worstOf(answer.given.map(resultOf)));
}
