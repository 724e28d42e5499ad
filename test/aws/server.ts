import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}
export interface Received {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** An HTTP server on the loopback interface that answers with what `answer` returns, and keeps what it was sent. */
export async function startServer(answer: (count: number, request: Received) => Answer) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    received.push({ headers: request.headers, body });
    const { status, headers, body: content } = answer(received.length, { headers: request.headers, body });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const throttling: Answer = {
  status: 400,
  body: JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }),
};
export const unavailable: Answer = { status: 503, body: '{}' };
export const ok = (body: unknown): Answer => ({ status: 200, body: JSON.stringify(body) });
