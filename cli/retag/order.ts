import type { Order } from '../../lib/retagging/notice.ts';
import { EXIT, type ExitCode, type Terminal } from '../command.ts';
import { readPolicy } from '../policy-file.ts';
import { exitCodeOf, resultOf, worstOf } from './answer.ts';
import type { Connect } from './connect.ts';
import { failureText } from './failed.ts';
import { type Answer, giveOrder } from './give-order.ts';
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
  const { by, json } = options;
  let answer: Answer;
  try {
    answer = await giveOrder(connect(options), { policy, aims, order, by, dryRun, onJournalFailure: err });
  } catch (error) {
    err(failureText(order.verb, error));
    return EXIT.failed;
  }
  const report = { ...answer, order, by, dryRun };
  out(json ? asJson(report) : asText(report, columns));
  return exitCodeOf(worstOf(answer.given.map(resultOf)));
}
