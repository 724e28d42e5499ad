import { HttpResponse } from '@smithy/core/protocols';
import type { Gateway, Reply } from '../gateway.ts';
import type { ServiceName } from '../kernel.ts';
import { decodeForm, encodeError, encodeXml, textOf } from './query.ts';

/** What the SDK hands to a request handler, as far as AWS would look at it. */
interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Takes the place of the SDK's HTTP client: the real wire protocol, without a socket. */
export interface SimulatedHttp {
  handle(request: WireRequest): Promise<{ response: HttpResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
  destroy(): void;
}

/** `x-amz-target` prefixes of the services that speak AWS JSON: 1.1, and CloudWatch 1.0. */
const JSON_TARGETS: Readonly<Record<string, ServiceName>> = {
  AmazonEC2ContainerServiceV20141113: 'ECS',
  AmazonEC2ContainerRegistry_V20150921: 'ECR',
  AWSEvents: 'EventBridge',
  GraniteServiceVersion20100801: 'CloudWatch',
  AnyScaleFrontendService: 'ApplicationAutoScaling',
};

/** API versions of the services that speak the Query protocol, which has no other mark of the service. */
const QUERY_VERSIONS: Readonly<Record<string, ServiceName>> = {
  '2011-01-01': 'AutoScaling',
  '2016-11-15': 'EC2',
};

const utf8 = new TextEncoder();

/** Decodes requests of the SDK, calls the world, encodes the answers as AWS does. Needs no particular endpoint. */
export function simulatedHttp(gateway: Gateway): SimulatedHttp {
  return {
    async handle(request) {
      const target = request.headers['x-amz-target'];
      const response =
        target === undefined ? await query(gateway, request) : await json(gateway, request, target);
      return { response };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

async function json(gateway: Gateway, request: WireRequest, target: string): Promise<HttpResponse> {
  const [prefix = '', operation = ''] = target.split('.');
  const service = JSON_TARGETS[prefix];
  if (service === undefined) throw new Error(`The simulator has no service for x-amz-target ${target}.`);
  const reply = await gateway.call(service, operation, JSON.parse(textOf(request.body)));
  const type = service === 'CloudWatch' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  if ('output' in reply) return respond(200, type, JSON.stringify(reply.output));
  const { code, message, status, members } = reply.error;
  // CloudWatch spoke the Query protocol once, and says beside the new error what the old one was called.
  const old = service === 'CloudWatch' ? { 'x-amzn-query-error': `${code};Sender` } : {};
  return respond(status, type, JSON.stringify({ __type: code, message, ...members }), old);
}

async function query(gateway: Gateway, request: WireRequest): Promise<HttpResponse> {
  const { action, version, input } = decodeForm(textOf(request.body));
  const service = QUERY_VERSIONS[version];
  if (service === undefined) {
    throw new Error(`The simulator has no service for action ${action}, version "${version}".`);
  }
  const dialect = service === 'EC2' ? 'ec2' : 'query';
  const reply: Reply = await gateway.call(service, action, input);
  const type = 'text/xml';
  if ('output' in reply) return respond(200, type, encodeXml(dialect, action, reply.output));
  return respond(reply.error.status, type, encodeError(dialect, reply.error.code, reply.error.message));
}

function respond(
  statusCode: number,
  type: string,
  text: string,
  more: Record<string, string> = {},
): HttpResponse {
  // No `date` header: the SDK would take the virtual time for a skew of its own clock and sign with it.
  return new HttpResponse({
    statusCode,
    headers: { 'content-type': type, ...more },
    body: utf8.encode(text),
  });
}
