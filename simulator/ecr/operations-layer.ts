import type * as Sdk from '@aws-sdk/client-ecr';
import { ApiError, type Kernel, type Operations, operation } from '../kernel.ts';
import type { Ecr } from './ecr.ts';
import { imagesWith, PART_SIZE } from './layers.ts';
import { batch, invalid, isDigest } from './lookup.ts';
import { blobsOf, DOCKER_LAYER } from './manifest.ts';
import type { Repository, Upload } from './model.ts';

/** As it comes over the wire: blobs are base64 text. */
interface PartInput extends Omit<Sdk.UploadLayerPartRequest, 'layerPartBlob'> {
  readonly layerPartBlob?: string;
}

/** Layers: are they there, where to get them, how to bring them. */
export function layerOperations(ecr: Ecr, kernel: Kernel): Operations {
  const { account: registryId } = kernel;
  return {
    BatchCheckLayerAvailability: operation((input: Sdk.BatchCheckLayerAvailabilityRequest) => {
      const repository = ecr.named(input);
      const layers: Sdk.Layer[] = [];
      const failures: Sdk.LayerFailure[] = [];
      for (const layerDigest of batch('layerDigests', input.layerDigests)) {
        if (isDigest(layerDigest)) layers.push(availability(repository, layerDigest));
        else failures.push(layerFailure(layerDigest));
      }
      return { layers, failures };
    }),
    GetDownloadUrlForLayer: operation((input: Sdk.GetDownloadUrlForLayerRequest) => {
      const { layerDigest = '' } = input;
      return { downloadUrl: ecr.layers.url(ecr.named(input), layerDigest), layerDigest };
    }),
    InitiateLayerUpload: operation((input: Sdk.InitiateLayerUploadRequest) => {
      const { id: uploadId } = ecr.layers.begin(ecr.named(input));
      return { uploadId, partSize: PART_SIZE };
    }),
    UploadLayerPart: operation((input: PartInput) => {
      const repository = ecr.named(input);
      const upload = theUpload(registryId, repository, input.uploadId);
      const { partFirstByte: first = 0, partLastByte: last = 0, layerPartBlob = '' } = input;
      ecr.layers.addPart(repository, upload, [first, last], Buffer.from(layerPartBlob, 'base64'));
      const { name: repositoryName } = repository;
      return { registryId, repositoryName, uploadId: upload.id, lastByteReceived: upload.received - 1 };
    }),
    CompleteLayerUpload: operation((input: Sdk.CompleteLayerUploadRequest) => {
      const repository = ecr.named(input);
      const upload = theUpload(registryId, repository, input.uploadId);
      const claimed = batch('layerDigests', input.layerDigests);
      if (!claimed.every(isDigest))
        throw invalid('layerDigests', 'Member must satisfy the regex of a digest');
      const layerDigest = ecr.layers.complete(repository, upload, claimed);
      return { registryId, repositoryName: repository.name, uploadId: upload.id, layerDigest };
    }),
  };
}

/** A layer of which all images are archived is ARCHIVED; one that no image has yet is AVAILABLE for PutImage. */
function availability(repository: Repository, layerDigest: string): Sdk.Layer {
  const bytes = repository.layers.get(layerDigest);
  if (bytes === undefined) return { layerDigest, layerAvailability: 'UNAVAILABLE' };
  const images = imagesWith(repository, layerDigest);
  const archived = images.length > 0 && images.every(({ status }) => status === 'ARCHIVED');
  const [described] = images.flatMap(({ manifest }) =>
    blobsOf(manifest).filter(({ digest }) => digest === layerDigest),
  );
  return {
    layerDigest,
    layerAvailability: archived ? 'ARCHIVED' : 'AVAILABLE',
    layerSize: bytes.byteLength,
    mediaType: described?.mediaType ?? DOCKER_LAYER,
  };
}

function layerFailure(layerDigest: string): Sdk.LayerFailure {
  return layerDigest === ''
    ? { layerDigest, failureCode: 'MissingLayerDigest', failureReason: 'The layer digest is missing' }
    : { layerDigest, failureCode: 'InvalidLayerDigest', failureReason: 'The layer digest is malformed' };
}

function theUpload(account: string, repository: Repository, id: string | undefined): Upload {
  const upload = repository.uploads.get(id ?? '');
  if (upload !== undefined) return upload;
  throw new ApiError(
    'UploadNotFoundException',
    `The upload with id '${id}' could not be found in the repository with name '${repository.name}' in the registry ` +
      `with id '${account}'`,
  );
}
