/** A decoded form: every leaf is text, lists are arrays. */
export type FormValue = string | FormValue[] | { [name: string]: FormValue };

const utf8 = new TextDecoder();

/** The body as the SDK passes it: text, bytes, or an object that turns into text. */
export function textOf(body: unknown): string {
  if (body instanceof Uint8Array) return utf8.decode(body);
  return body === undefined || body === null ? '' : String(body);
}

/** Decodes the Query and EC2 Query protocols: `Filters.member.1.Name=x` becomes `{ Filters: [{ Name: 'x' }] }`. */
export function decodeForm(body: string): { action: string; version: string; input: FormValue } {
  const root: { [name: string]: FormValue } = {};
  let action = '';
  let version = '';
  for (const [name, value] of new URLSearchParams(body)) {
    if (name === 'Action') action = value;
    else if (name === 'Version') version = value;
    else
      set(
        root,
        name.split('.').filter((part) => part !== 'member'),
        value,
      );
  }
  return { action, version, input: listed(root) };
}

function set(root: { [name: string]: FormValue }, path: readonly string[], value: string): void {
  let node = root;
  for (const part of path.slice(0, -1)) {
    const next = node[part];
    if (typeof next === 'object' && !Array.isArray(next)) {
      node = next;
      continue;
    }
    const made: { [name: string]: FormValue } = {};
    node[part] = made;
    node = made;
  }
  node[path[path.length - 1] ?? ''] = value;
}

/** Objects whose keys are all numbers are lists. */
function listed(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key)))
    return keys.map((key) => listed(value[key] ?? ''));
  return Object.fromEntries(keys.map((key) => [key, listed(value[key] ?? '')]));
}

/**
 * Encodes a response. Names are the wire's own; a list becomes `<name><member>…` in Query and `<name><item>…` in EC2
 * Query, undefined members are left out.
 */
export function encodeXml(dialect: 'query' | 'ec2', action: string, output: object): string {
  const item = dialect === 'ec2' ? 'item' : 'member';
  const members = elements(output, item);
  const id = '<requestId>00000000-0000-4000-8000-000000000000</requestId>';
  if (dialect === 'ec2') return `<${action}Response>${id}${members}</${action}Response>`;
  return `<${action}Response><${action}Result>${members}</${action}Result><ResponseMetadata/></${action}Response>`;
}

export function encodeError(dialect: 'query' | 'ec2', code: string, message: string): string {
  const body = `<Code>${escaped(code)}</Code><Message>${escaped(message)}</Message>`;
  if (dialect === 'ec2') return `<Response><Errors><Error>${body}</Error></Errors></Response>`;
  return `<ErrorResponse><Error><Type>Sender</Type>${body}</Error></ErrorResponse>`;
}

function elements(object: object, item: string): string {
  let xml = '';
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined) xml += `<${name}>${content(value, item)}</${name}>`;
  }
  return xml;
}

function content(value: unknown, item: string): string {
  if (Array.isArray(value)) return value.map((each) => `<${item}>${content(each, item)}</${item}>`).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return elements(value, item);
  return escaped(String(value));
}

function escaped(text: string): string {
  return /[&<>"]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
    : text;
}
