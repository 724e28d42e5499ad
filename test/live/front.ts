import { appendFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from 'node:http';
import { COUNTED, HOSTS } from './names.ts';

/** A call of AWS's API that came by. */
export interface Call {
  /** As in the scope of its signature: `ecr`, `autoscaling`, `monitoring`. */
  readonly service: string;
  readonly operation: string;
  readonly body: string;
}

/** One address for all of AWS: each call goes to the server that knows it, and is written down. */
export interface Front {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Where the calls go; known only after the servers have started, and MiniStack has to know our address first. */
  readonly behind: { ministack: string; moto: string };
  /** Services whose every call is answered with AccessDenied. */
  readonly refused: Set<string>;
}

type Hosts = readonly string[] | 'all';

/** Lifecycle actions are answered here: neither server knows them. */
const LIFECYCLE = ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat'];

/**
 * @param log a file for one line per call; undefined: none
 * @param hosts whose container instances moto has: clusters, or `all` of ECS
 */
export async function startFront(log?: string, hosts: Hosts = [HOSTS, COUNTED]): Promise<Front> {
  const calls: Call[] = [];
  const behind = { ministack: '', moto: '' };
  const refused = new Set<string>();
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = 'GET', url = '/', headers } = incoming;
      const call = callOf(url, headers, body.toString());
      calls.push(call);
      answer.once('finish', () => {
        if (log !== undefined)
          appendFileSync(log, `${answer.statusCode} ${call.service} ${call.operation} ${url}\n`);
      });
      if (refused.has(call.service)) return refuse(answer, call);
      if (LIFECYCLE.includes(call.operation)) return completeLifecycle(answer, call);
      forward(`${serverFor(call, behind, hosts)}${url}`, method, headers, body, answer);
    });
  });
  const port = await new Promise<number>((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return { url: `http://127.0.0.1:${port}`, calls, behind, refused };
}

const OF_MOTO = ['application-autoscaling', 'autoscaling', 'ec2', 'monitoring'];

/** moto has container instances, groups with hooks, and CloudWatch's present protocol; MiniStack has everything else. */
function serverFor({ service, body }: Call, { ministack, moto }: Front['behind'], hosts: Hosts): string {
  // Task definitions are in no cluster: those of a cluster's services have its name.
  const names = (cluster: string) => new RegExp(`"${cluster}"|/${cluster}[/:"]`).test(body);
  const isOfHosts = service === 'ecs' && (hosts === 'all' || hosts.some(names));
  return isOfHosts || OF_MOTO.includes(service) ? moto : ministack;
}

/** AWS's four protocols name the operation in a header, in the form, or in the path. */
function callOf(url: string, headers: IncomingHttpHeaders, body: string): Call {
  const service = /Credential=[^/]*\/[^/]*\/[^/]*\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const target = headers['x-amz-target'];
  const operation =
    (typeof target === 'string' ? target.split('.').at(-1) : undefined) ??
    /\/operation\/(\w+)/.exec(url)?.[1] ??
    new URLSearchParams(body).get('Action') ??
    url;
  return { service, operation, body };
}

/** As the services with JSON protocols do, of which are all that the cases refuse. */
function refuse(answer: ServerResponse, { service, operation }: Call): void {
  const message = `User: stevedore is not authorized to perform: ${service}:${operation}`;
  answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
  answer.end(JSON.stringify({ __type: 'AccessDeniedException', message }));
}

function completeLifecycle(answer: ServerResponse, { operation }: Call): void {
  answer.writeHead(200, { 'content-type': 'text/xml' });
  answer.end(
    `<${operation}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${operation}Result/>` +
      `<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

function forward(
  url: string,
  method: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
  answer: ServerResponse,
): void {
  const outgoing = request(url, { method, headers }, (incoming) => {
    answer.writeHead(incoming.statusCode ?? 502, incoming.headers);
    incoming.pipe(answer);
  });
  outgoing.once('error', () => answer.writeHead(502).end());
  outgoing.end(body);
}
