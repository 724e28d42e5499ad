import { type ECRClient, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import type { Clock } from '../clock.ts';
import { attempted, EcrFailure } from './failure.ts';
import type { Descriptor } from './manifest.ts';

/** A repository in a Region. */
export interface Place {
  readonly ecr: ECRClient;
  readonly repository: string;
}

export interface Downloads {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** How often in a row a download may break off without having brought a byte. */
const ATTEMPTS_WITHOUT_PROGRESS = 4;
const PAUSE_MS = 500;

/**
 * The bytes of a layer, from where ECR keeps it. A download that breaks off goes on where it was, by a new URL, since
 * a URL is good only for some time. Never more than the layer's size.
 * @throws EcrFailure
 */
export async function* downloadLayer(
  from: Place,
  { digest, size }: Descriptor,
  { fetch, clock }: Downloads,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const attempt = { operation: 'download', repository: from.repository, what: digest };
  let offset = 0;
  for (let failures = 0; offset < size; ) {
    const url = await downloadUrl(from, digest);
    const before = offset;
    try {
      for await (const bytes of get(fetch, url, offset, signal)) {
        offset += bytes.byteLength;
        if (offset > size) {
          throw new EcrFailure(attempt, 'DigestMismatch', `more than the ${size} bytes of its manifest`);
        }
        yield bytes;
      }
      if (offset < size) throw new Error(`it ended after ${offset} of ${size} bytes`);
    } catch (error) {
      if (error instanceof EcrFailure) throw error;
      failures = offset > before ? 1 : failures + 1;
      if (signal.aborted || failures >= ATTEMPTS_WITHOUT_PROGRESS) {
        throw new EcrFailure(attempt, 'DownloadFailed', inWords(error), error);
      }
      await clock.sleep(PAUSE_MS * 2 ** (failures - 1));
    }
  }
}

async function downloadUrl({ ecr, repository }: Place, layerDigest: string): Promise<string> {
  const attempt = { operation: 'GetDownloadUrlForLayer', repository, what: layerDigest };
  const command = new GetDownloadUrlForLayerCommand({ repositoryName: repository, layerDigest });
  const { downloadUrl = '' } = await attempted(attempt, ecr.send(command));
  if (URL.parse(downloadUrl)?.protocol !== 'https:') {
    throw new EcrFailure(attempt, 'InsecureUrl', 'the URL that ECR gave for the layer is not https');
  }
  return downloadUrl;
}

async function* get(
  fetch: Downloads['fetch'],
  url: string,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const headers = offset === 0 ? undefined : { range: `bytes=${offset}-` };
  // A redirect could lead away from https.
  const response = await fetch(url, { redirect: 'error', signal, ...(headers && { headers }) });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  // Who does not know ranges answers 200 with the whole.
  let skip = response.status === 206 ? 0 : offset;
  for await (const bytes of response.body) {
    const rest = bytes.subarray(skip);
    skip -= bytes.byteLength - rest.byteLength;
    if (rest.byteLength > 0) yield rest;
  }
}

/** `fetch` says only "fetch failed", and why in the cause. Never the URL: it is as good as a key to the layer. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
