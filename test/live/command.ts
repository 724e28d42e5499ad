import { spawn } from 'node:child_process';
import { endGroupAtEnd } from './ending.ts';

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Far more than anything here takes; a command that hangs must not hang a build for hours. */
const LONGEST = 600_000;

/** Runs a program to its end. @throws with what it said, if it failed */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env }: Surroundings,
): Promise<void> {
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST,
    killSignal: 'SIGKILL',
    detached: true,
  });
  endGroupAtEnd(child);
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => said.push(data));
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => done(ended));
  });
  if (status === 0) return;
  const all = Buffer.concat(said).toString();
  throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}:\n${all.slice(-4_000)}`);
}
