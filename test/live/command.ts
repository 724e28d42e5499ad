import { spawn } from 'node:child_process';
import { endGroupAtEnd } from './ending.ts';

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Far more than anything here takes; a command that hangs must not hang a build for hours. */
const LONGEST = 600_000;

/** How a program has ended. */
export interface Ended {
  readonly status: number | NodeJS.Signals | null;
  /** What it wrote, to both of its streams. */
  readonly said: string;
}

/** Runs a program to its end. @throws with what it said, if it failed */
export async function run(program: string, args: readonly string[], where: Surroundings): Promise<void> {
  const { status, said } = await runToEnd(program, args, where);
  if (status === 0) return;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${said.slice(-4_000)}`);
}

/** The same, whatever its status. @throws if it could not be started */
export async function runToEnd(
  program: string,
  args: readonly string[],
  { cwd, env }: Surroundings,
): Promise<Ended> {
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
  return { status: status ?? signal, said: Buffer.concat(said).toString() };
}
