import { createFailoverClients } from '../../lib/aws/failover-clients.ts';
import type { FailoverPolicy } from '../../lib/failover/policy.ts';
import type { Capability } from '../../lib/journal/journal.ts';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { policyDocument } from '../../lib/policy/document.ts';
import { capabilities } from '../../lib/policy/schema.ts';
import type { Picture } from '../../simulator/report/packing/picture.ts';
import type { Account } from '../account.ts';
import type { ReadDeployed } from '../deployed.ts';
import { createSteps } from '../progress.ts';
import { checkCapacity } from './capacity.ts';
import { type Check, SECTIONS, underMode } from './check.ts';
import { checkDeployed } from './deployed.ts';
import { checkDraining } from './draining.ts';
import { checkServices } from './failover.ts';
import { checkMigration } from './migrations.ts';
import { checkRetagging } from './retagging.ts';
import { checkScaling } from './scaling.ts';

/** What is planned, against what. */
export interface Subject {
  /** The policy file as it is written, and what it comes to. */
  readonly text: string;
  readonly policy: CompiledPolicy;
  /** Null: all. */
  readonly capability: Capability | null;
  /** The name of the stack that is deployed; null: not to be compared with any. */
  readonly stack: string | null;
}

/** What was found out, with a picture of each cluster of the capacity section that could be read. */
export interface Found {
  readonly checks: readonly Check[];
  readonly pictures: readonly Picture[];
}

/** All that there is to say, in the order of the sections. Reads only; what cannot be read is a check too. */
export async function makePlan(
  account: Account,
  { text, policy, capability, stack }: Subject,
  readDeployed: ReadDeployed,
): Promise<Found> {
  const wanted = capability === null ? capabilities : [capability];
  const { runtime } = policy;
  const steps: (() => Promise<Found>)[] = [
    ...(stack === null
      ? []
      : [
          async () =>
            only(
              await checkDeployed(
                account,
                { stack, document: policyDocument(text), capability },
                readDeployed,
              ),
            ),
        ]),
    ...wanted.map((one) => () => checkCapability(account, one, runtime)),
  ];
  const progress = createSteps('Reading the account', account.stderr, steps.length);
  const found = await Promise.all(
    steps.map((step) =>
      step().then((one) => {
        progress.step();
        return one;
      }),
    ),
  ).finally(progress.stop);
  const order = ({ section }: Check) => SECTIONS.indexOf(section);
  return {
    checks: found.flatMap(({ checks }) => checks).toSorted((a, b) => order(a) - order(b)),
    pictures: found.flatMap(({ pictures }) => pictures),
  };
}

const only = (checks: readonly Check[]): Found => ({ checks, pictures: [] });

async function checkCapability(
  account: Account,
  capability: Capability,
  runtime: CompiledPolicy['runtime'],
): Promise<Found> {
  switch (capability) {
    case 'draining':
      return only(await checkDraining(account, runtime.draining));
    case 'scaling':
      return only(await checkScaling(account, runtime.scaling));
    case 'failover':
      return only(await checkFailover(account, runtime.failover));
    case 'retagging':
      return only(await checkRetagging(account, runtime.retagging));
    case 'capacity':
      return checkCapacity(account, runtime.capacity);
    default:
      return capability satisfies never;
  }
}

async function checkFailover(account: Account, failover: FailoverPolicy): Promise<Check[]> {
  const clients = createFailoverClients(account.clientOptions);
  const now = account.clock.now();
  const found = await Promise.all([
    checkServices(clients, failover, now),
    ...failover.migrations.map((one) => checkMigration(clients, one, now)),
  ]);
  return underMode(failover, 'failover', found.flat());
}
