import type { DOCKER, DOCKER_LIST, OCI, OCI_INDEX } from './manifest.ts';
import type { Mutability, Repository, Scanning, ScanOutcome, Upstream } from './model.ts';

export interface RepositorySpec {
  readonly name: string;
  /** MUTABLE unless set, as in ECR. */
  readonly mutability?: Mutability;
  /** Wildcard filters for the modes WITH_EXCLUSION, e.g. `latest`, `dev-*`. */
  readonly exclusions?: readonly string[];
  readonly encryption?: Repository['encryption'];
  /** `manual` unless set: basic scanning, not on push, as in ECR. */
  readonly scanning?: Scanning;
  /** The JSON text. */
  readonly lifecyclePolicy?: string;
  readonly upstream?: Upstream;
}

export interface PushSpec {
  /** None for a push by digest. */
  readonly tag?: string;
  /** Images of the same content have the same digest; unless set, each push is another image. */
  readonly content?: string;
  readonly mediaType?: typeof DOCKER | typeof OCI;
  readonly withMediaTypeField?: boolean;
  readonly platform?: string;
  /** The digest of the image that this one is about, in the same repository. */
  readonly subject?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly layerBytes?: number;
  /** What the scan on push finds: else nothing. */
  readonly scan?: ScanOutcome;
}

export interface IndexSpec {
  readonly tag?: string;
  readonly content?: string;
  readonly platforms: readonly string[];
  /** An attestation for each platform's image, as buildx adds it. */
  readonly attestations?: boolean;
  readonly mediaType?: typeof DOCKER_LIST | typeof OCI_INDEX;
  /** What the scan on push finds in each platform's image. */
  readonly scan?: ScanOutcome;
}

export interface PushedIndex {
  readonly digest: string;
  readonly children: readonly { readonly platform: string; readonly digest: string }[];
  readonly attestations: readonly string[];
}
