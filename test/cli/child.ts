import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A port of the loopback interface that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The server had no port.');
  return address.port;
}

/** Runs `stevedore` as a program of its own. */
export async function inChild(args: readonly string[], env: NodeJS.ProcessEnv) {
  const program = join(import.meta.dirname, '../../cli/stevedore.mjs');
  const child = spawn(process.execPath, [program, ...args], { env, timeout: 15_000 });
  const read = async (stream: AsyncIterable<Buffer>) => {
    let text = '';
    for await (const part of stream) text += part.toString();
    return text;
  };
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, err, code] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
  return { code, out, err };
}
