import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Aws } from '../aws.ts';
import { runToEnd } from '../command.ts';

/** Where the tour goes. */
export interface Tour {
  readonly aws: Aws;
  /** The two EC2 instances of the group, which are container instances of the cluster. */
  readonly hosts: readonly string[];
  /** The folder of the fresh clone. */
  readonly clone: string;
  /** All that its commands know of the environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** One thing that is done, or looked at. */
export interface Stage {
  /** The command line, or a sentence. */
  readonly name: string;
  /** @throws if it was otherwise than it ought to be */
  readonly run: (tour: Tour) => Promise<void>;
}

export interface Expected {
  readonly code: number;
  /** Must stand in what it writes, where each of its line breaks is a space. */
  readonly says: RegExp;
  /** What somebody at a terminal would answer, as an option. */
  readonly answer?: '--yes';
}

/** Runs a command line in the clone, by a shell, as somebody would who has copied it from the README. */
export const command = (line: string, { code, says, answer }: Expected): Stage => {
  const whole = answer === undefined ? line : `${line} ${answer}`;
  return {
    name: whole,
    async run({ clone, env }) {
      const { status, said } = await runToEnd('sh', ['-c', whole], { cwd: clone, env });
      if (status === code && says.test(said.replaceAll(/\s+/g, ' '))) return;
      throw new Error(
        `expected: exit code ${code}, and ${says} in what it says\nfound: exit code ${status}, and it says:\n${excerpt(said)}`,
      );
    },
  };
};

/** What matters of a plan stands at its beginning, and of a failure at its end. */
const excerpt = (said: string) =>
  said.length < 6_000 ? said : `${said.slice(0, 3_000)}\n...\n${said.slice(-3_000)}`;

/** Somebody edits stevedore.yml. @throws if what is to be changed is not there */
export const edit = (from: string, to: string): Stage => ({
  name: `stevedore.yml: ${to.replaceAll(/\s+/g, ' ')} in the place of ${from}`,
  async run({ clone }) {
    const file = join(clone, 'stevedore.yml');
    const before = readFileSync(file, 'utf8');
    if (!before.includes(from)) throw new Error(`stevedore.yml has no ${from}, but:\n${before}`);
    writeFileSync(file, before.replace(from, to));
  },
});
