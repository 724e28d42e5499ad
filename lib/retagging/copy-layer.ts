import { createHash } from 'node:crypto';
import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  InvalidLayerPartException,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { chunk } from '../aws/batch.ts';
import { attempted, EcrFailure } from './failure.ts';
import { type Downloads, downloadLayer, type Place } from './layer-download.ts';
import type { Descriptor } from './manifest.ts';

export interface LayerCopy extends Downloads {
  readonly from: Place;
  readonly to: Place;
  /** Ends downloads and uploads when one of several layers has failed. */
  readonly signal: AbortSignal;
}

/** How often a layer is begun anew when its upload has broken off. */
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;
/** The most that ECR takes by its API ("Maximum layer part size" of its quotas), should it not say what it expects. */
const PART_SIZE = 10 * 1024 * 1024;
/** A part on a slow line, or ECR's hashing of a large layer, takes longer than the 5 s of other calls. */
const PATIENT = { requestTimeout: 120_000 };
/** The limit of BatchCheckLayerAvailability. */
const BATCH = 100;

/** Those of the blobs that the repository has. What is only in its archive must be uploaded again. */
export async function availableLayers(
  { ecr, repository }: Place,
  digests: readonly string[],
): Promise<Set<string>> {
  const available = new Set<string>();
  for (const layerDigests of chunk(digests, BATCH)) {
    const command = new BatchCheckLayerAvailabilityCommand({ repositoryName: repository, layerDigests });
    const attempt = { operation: 'BatchCheckLayerAvailability', repository };
    const { layers = [], failures = [] } = await attempted(attempt, ecr.send(command));
    const [failure] = failures;
    if (failure !== undefined) {
      const { layerDigest = '', failureCode = 'NoAnswer', failureReason = '' } = failure;
      throw new EcrFailure({ ...attempt, what: layerDigest }, failureCode, failureReason);
    }
    for (const { layerDigest, layerAvailability } of layers) {
      if (layerDigest !== undefined && layerAvailability === 'AVAILABLE') available.add(layerDigest);
    }
  }
  return available;
}

/**
 * Streams one layer or configuration from one repository to another, in the parts that ECR asks for, of which one at a
 * time is in memory. It is hashed on the way, and never completed with other bytes than its digest names.
 * @param onBytes how many have arrived; begins from 0 again when the upload does
 * @throws EcrFailure
 */
export async function copyLayer(
  copy: LayerCopy,
  blob: Descriptor,
  onBytes: (bytes: number) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await upload(copy, blob, onBytes);
      return;
    } catch (error) {
      if (!isUploadBroken(error) || copy.signal.aborted || attempt === ATTEMPTS) throw error;
    }
    await copy.clock.sleep(PAUSE_MS * attempt);
    // The upload may have been completed by a call whose answer was lost.
    if ((await availableLayers(copy.to, [blob.digest])).has(blob.digest)) break;
    onBytes(0);
  }
  onBytes(blob.size);
}

/** ECR has forgotten the upload, or has other parts of it than we think. */
const isUploadBroken = (error: unknown) =>
  error instanceof EcrFailure &&
  (error.name === 'UploadNotFoundException' || error.name === 'InvalidLayerPartException');

async function upload(copy: LayerCopy, blob: Descriptor, onBytes: (bytes: number) => void): Promise<void> {
  const { ecr, repository } = copy.to;
  const about = (operation: string) => ({ operation, repository, what: blob.digest });
  const { uploadId, partSize } = await attempted(
    about('InitiateLayerUpload'),
    ecr.send(new InitiateLayerUploadCommand({ repositoryName: repository })),
  );
  const hash = createHash('sha256');
  let sent = 0;
  for await (const part of inParts(
    downloadLayer(copy.from, blob, copy, copy.signal),
    partSize ?? PART_SIZE,
    blob.size,
  )) {
    copy.signal.throwIfAborted();
    hash.update(part);
    await sendPart(copy.to, uploadId, blob, sent, part);
    sent += part.byteLength;
    onBytes(sent);
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== blob.digest) {
    throw new EcrFailure(about('UploadLayerPart'), 'DigestMismatch', `the layer's bytes are ${digest}`);
  }
  const command = new CompleteLayerUploadCommand({
    repositoryName: repository,
    uploadId,
    layerDigests: [blob.digest],
  });
  await attempted(about('CompleteLayerUpload'), ecr.send(command, PATIENT)).catch((error: unknown) => {
    // Another image with the same layer was copied or pushed meanwhile.
    if (!(error instanceof EcrFailure && error.name === 'LayerAlreadyExistsException')) throw error;
  });
}

async function sendPart(
  { ecr, repository }: Place,
  uploadId: string | undefined,
  { digest }: Descriptor,
  first: number,
  layerPartBlob: Uint8Array,
): Promise<void> {
  const last = first + layerPartBlob.byteLength - 1;
  const command = new UploadLayerPartCommand({
    repositoryName: repository,
    uploadId,
    partFirstByte: first,
    partLastByte: last,
    layerPartBlob,
  });
  const attempt = { operation: 'UploadLayerPart', repository, what: digest };
  await attempted(attempt, ecr.send(command, PATIENT)).catch((error: unknown) => {
    // The SDK has sent the part again although it had arrived.
    if (error instanceof EcrFailure && lastReceived(error.cause) === last) return;
    throw error;
  });
}

const lastReceived = (error: unknown) =>
  error instanceof InvalidLayerPartException ? error.lastValidByteReceived : undefined;

/**
 * Cuts a stream anew: parts of `size`, the last one shorter. A part is valid until the next one is asked for, since all
 * are in the same memory.
 * @param total bytes of the stream at most
 */
async function* inParts(
  stream: AsyncIterable<Uint8Array>,
  size: number,
  total: number,
): AsyncGenerator<Uint8Array> {
  const part = new Uint8Array(Math.min(size, total));
  let filled = 0;
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.byteLength; ) {
      const piece = bytes.subarray(at, at + part.byteLength - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      at += piece.byteLength;
      if (filled === part.byteLength) {
        yield part;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
