import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  announcesMaintenance,
  drainsIt,
  functionsAreThere,
  hasHook,
  mayDrain,
  mayNotDrain,
  onlyNotesIt,
  rulesAreOn,
  stackIsComplete,
} from './looks.ts';
import { type Code, readmeSteps } from './readme.ts';
import { command, type Expected, edit, type Stage } from './stage.ts';

/** What a command of the README must do, and what is looked at once it has. */
interface Known extends Expected {
  readonly afterwards?: readonly Stage[];
}

/** Every command of the steps. One that is not here, or here and not there, fails the tour. */
const COMMANDS: Readonly<Record<string, Known>> = {
  'npm ci': { code: 0, says: /added \d+ packages/ },
  'npx stevedore validate': {
    code: 0,
    says: /stevedore\.yml is valid\. draining observe 1 cluster \(prod\), 1 group \(prod-ecs\)/,
  },
  'npx stevedore doctor --region eu-west-1': { code: 3, says: /terminate-hook-missing/ },
  'npx stevedore plan --region eu-west-1': { code: 3, says: /There is no stack stevedore .*1 pending/ },
  'npx serverless deploy --region eu-west-1': {
    code: 0,
    says: /Service deployed to stack stevedore/,
    afterwards: [
      stackIsComplete,
      functionsAreThere,
      rulesAreOn,
      mayNotDrain,
      announcesMaintenance,
      onlyNotesIt,
      command('npx stevedore status --region eu-west-1', {
        code: 0,
        says: /Drains i-[0-9a-f]+ in prod: requested/,
      }),
    ],
  },
  'npx stevedore history --region eu-west-1': {
    code: 0,
    says: /Z observed Mode observe: would set \S+container-instance\/prod\/\S+ DRAINING; nothing was changed\. \(drain-begun\)/,
  },
  'npx serverless info --verbose --region eu-west-1': {
    code: 0,
    says: /DashboardUrl: https:\/\/eu-west-1\.console\S+name=stevedore/,
  },
  'npx stevedore plan --region eu-west-1 --out plan.json': {
    code: 3,
    says: /draining\.mode │ pending │ observe is deployed, and act would be\..*The plan is in plan\.json/,
  },
  'npx stevedore apply plan.json': {
    code: 0,
    answer: '--yes',
    says: /observe is deployed, and act would be\..*Service deployed to stack stevedore.*Deployed\./,
    afterwards: [stackIsComplete, mayDrain, drainsIt],
  },
};

/** What is no command: a name, or what somebody does by an editor. */
const NAMES: Readonly<Record<string, readonly Stage[]>> = {
  'stevedore.yml': [],
  'mode: observe': [],
  observe: [],
  'mode: act': [edit('mode: observe', 'mode: act')],
};

/** By the step in which there is something to do that is not in code. */
const BESIDES: Readonly<Record<number, readonly Stage[]>> = { 6: [hasHook] };
const STEPS = 6;

/** What the README's steps come to. @throws if they are not those that the tour knows */
export function following(page: string): Stage[] {
  const steps = readmeSteps(page);
  const found = steps.flatMap(({ code }) => code.map(({ text }) => text));
  const gone = Object.keys(COMMANDS).filter((line) => !found.includes(line));
  if (gone.length > 0 || steps.length !== STEPS) {
    const missing = gone.length === 0 ? '' : `, and none of them has ${gone.join(', ')}`;
    throw new Error(
      `README.md has ${steps.length} steps below "Deploy in five minutes", the tour knows ${STEPS}${missing}: teach it, in test/live/tour/follow.ts.`,
    );
  }
  return steps.flatMap(({ number, code }) => [
    ...code.flatMap((one) => stagesOf(number, one)),
    ...(BESIDES[number] ?? []),
  ]);
}

function stagesOf(number: number, { kind, text }: Code): readonly Stage[] {
  if (kind === 'policy') return [writes(text)];
  const known = COMMANDS[text];
  if (known !== undefined) return [command(text, known), ...(known.afterwards ?? [])];
  const named = NAMES[text];
  if (named !== undefined) return named;
  throw new Error(
    `README.md, step ${number}: the tour does not know \`${text}\`. Teach it, in test/live/tour/follow.ts.`,
  );
}

const writes = (policy: string): Stage => ({
  name: 'stevedore.yml: the policy of the README',
  async run({ clone }) {
    writeFileSync(join(clone, 'stevedore.yml'), policy);
  },
});
