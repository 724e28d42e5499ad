import { vi } from 'vitest';

/** The JSON lines that `work` writes to standard output and standard error. */
export async function linesOf(work: () => void | Promise<void>): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const capture = (text: string | Uint8Array) => {
    lines.push(...String(text).split('\n').filter(Boolean));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(capture),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
