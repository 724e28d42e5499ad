// `npm run test:iam`: every call of the functions in simulated worlds, authorised against the roles of the packaged
// template by an IAM evaluator; and every permission of the roles that no call needs. `--write` writes
// docs/permissions.md, which is compared otherwise. Nothing leaves this machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { denial, type Judged, judge } from './authorise.ts';
import { byHand, playByHand } from './by-hand.ts';
import { check, type Outcome } from './outcome.ts';
import { playOwn } from './own.ts';
import { permissionsPage } from './page.ts';
import { permissionsIn } from './permissions.ts';
import { harbourPolicy, plays } from './plays.ts';
import { type JudgedByHand, showByHand, showCalls, showUnused, showWildcards } from './report.ts';
import { pinning } from './stages.ts';
import { packagedOwn } from './template.ts';
import { wildcardsOf } from './wildcards.ts';
import { createWitness } from './witness.ts';

const PAGE = 'docs/permissions.md';
const print = (text: string) => process.stdout.write(`${text}\n`);
const outcome: Outcome = { passed: 0, failures: [] };

const own = packagedOwn([harbourPolicy(), pinning.policy]);
const queues = new Map(Object.values(own).map(({ queue, queuePolicy }) => [queue, queuePolicy]));
const witness = createWitness((name) => own[name].statements);

const played: Judged[] = [];
for (const { name, play } of plays) {
  witness.scenario = name;
  await play();
  const judged = await judge(witness.take(), queues);
  check(outcome, judged.length > 0, () => `No function called AWS in "${name}".`);
  played.push(...judged);
}
witness.scenario = 'table, bus, queue and logs';
await playOwn(own, witness);
played.push(...(await judge(witness.take(), queues)));

witness.scenario = 'by hand';
const hand: JudgedByHand[] = [];
for (const one of byHand) {
  playByHand(one, (name) => own[name].statements, witness);
  hand.push({ ...one, judged: await judge(witness.take(), queues) });
}

for (const one of [...played, ...hand.flatMap(({ judged }) => judged)]) {
  check(outcome, one.verdict.kind === 'allowed', () => denial(one));
}
const permissions = permissionsIn(
  witness.roles,
  played,
  hand.flatMap(({ judged }) => judged),
);
print(showCalls(played));
print(showByHand(hand, permissions, outcome));
print(showUnused(permissions, outcome));
const wildcards = await wildcardsOf(permissions);
print(showWildcards(wildcards, outcome));

const page = permissionsPage(permissions, wildcards);
if (process.argv.includes('--write')) writeFileSync(PAGE, page);
check(outcome, readFileSync(PAGE, 'utf8') === page, () => {
  return `${PAGE} does not say what the roles allow: npm run test:iam -- --write writes it.`;
});

for (const failure of outcome.failures) print(`\nFAILED ${failure}`);
print(`\n${outcome.passed} passed, ${outcome.failures.length} failed`);
process.exitCode = outcome.failures.length > 0 ? 1 : 0;
