import type { Kernel, Operations, Span } from '../kernel.ts';
import {
  type Built,
  type Child,
  composeAttestation,
  composeImage,
  composeIndex,
  describe,
} from './compose.ts';
import { Images } from './images.ts';
import { Layers } from './layers.ts';
import { evaluate } from './lifecycle.ts';
import { type Failure, repositoryNamed } from './lookup.ts';
import { type Descriptor, DOCKER, digestOf, OCI, OCI_INDEX } from './manifest.ts';
import type { Image, Repository, ScanOutcome, Signing } from './model.ts';
import { describeOperations } from './operations-describe.ts';
import { imageOperations } from './operations-image.ts';
import { layerOperations } from './operations-layer.ts';
import { lifecycleOperations } from './operations-lifecycle.ts';
import { scanOperations } from './operations-scan.ts';
import { Scanner } from './scanner.ts';
import type { IndexSpec, PushedIndex, PushSpec, RepositorySpec } from './specs.ts';

/** Amazon ECR, the private registry of one account: its state, its behaviour, and its API. */
export class Ecr {
  readonly repositories = new Map<string, Repository>();
  readonly images: Images;
  readonly scanner: Scanner;
  readonly layers: Layers;
  readonly operations: Operations;
  readonly #kernel: Kernel;
  #pushes = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.scanner = new Scanner(kernel);
    this.images = new Images(kernel, this.scanner);
    this.layers = new Layers(kernel, 'simulated.amazonaws.com');
    this.operations = {
      ...imageOperations(this, kernel),
      ...describeOperations(this, kernel),
      ...scanOperations(this, kernel),
      ...lifecycleOperations(this, kernel),
      ...layerOperations(this, kernel),
    };
  }
  addRepository(spec: RepositorySpec): Repository {
    const { region, account, now } = this.#kernel;
    const repository: Repository = {
      order: this.repositories.size,
      name: spec.name,
      arn: `arn:aws:ecr:${region}:${account}:repository/${spec.name}`,
      uri: `${account}.dkr.ecr.${region}.amazonaws.com/${spec.name}`,
      createdAt: now(),
      mutability: spec.mutability ?? 'MUTABLE',
      exclusions: spec.exclusions ?? [],
      encryption: spec.encryption ?? { type: 'AES256' },
      scanning: spec.scanning ?? 'manual',
      lifecyclePolicy: spec.lifecyclePolicy,
      lifecycleEvaluatedAt: undefined,
      upstream: spec.upstream,
      images: new Map(),
      tags: new Map(),
      layers: new Map(),
      uploads: new Map(),
      preview: undefined,
    };
    this.repositories.set(spec.name, repository);
    return repository;
  }

  /** The repository of this name. @throws if the world has none such. */
  repository(name: string): Repository {
    const repository = this.repositories.get(name);
    if (repository === undefined)
      throw new Error(`This world has no repository "${name}": call ecr.addRepository first.`);
    return repository;
  }

  /** The image of this digest or tag. @throws if the repository has none such. */
  image(name: string, digestOrTag: string): Image {
    const { images, tags } = this.repository(name);
    const image = images.get(digestOrTag) ?? tags.get(digestOrTag)?.image;
    if (image === undefined) throw new Error(`The repository "${name}" has no image "${digestOrTag}".`);
    return image;
  }

  /** The repository that a request names. @throws ApiError RepositoryNotFoundException */
  named(input: {
    readonly registryId?: string | undefined;
    readonly repositoryName?: string | undefined;
  }): Repository {
    return repositoryNamed(this.repositories, this.#kernel.account, input);
  }

  /**
   * `docker push` of a single image or artifact. Returns its digest. Who pushes the same again changes nothing.
   * @throws ApiError as PutImage does, e.g. ImageTagAlreadyExistsException
   */
  push(name: string, spec: PushSpec = {}): string {
    const { subject, mediaType = subject === undefined ? DOCKER : OCI } = spec;
    const built = composeImage({
      content: spec.content ?? this.#freshContent(),
      mediaType,
      platform: spec.platform ?? 'linux/amd64',
      withMediaTypeField: spec.withMediaTypeField ?? true,
      subject: subject === undefined ? undefined : descriptorOf(this.image(name, subject)),
      artifactType: spec.artifactType,
      annotations: spec.annotations,
      layerBytes: spec.layerBytes ?? 4096,
    });
    return this.#upload(name, built, spec.tag, spec.scan).digest;
  }

  /** `docker buildx build --push` for several platforms: the images by digest, then the index, by tag if it has one. */
  pushIndex(name: string, spec: IndexSpec): PushedIndex {
    const { mediaType = OCI_INDEX, content = this.#freshContent(), platforms } = spec;
    const format = mediaType === OCI_INDEX ? OCI : DOCKER;
    const children = platforms.map((platform): Child => {
      const built = composeImage({
        content,
        mediaType: format,
        platform,
        withMediaTypeField: true,
        layerBytes: 4096,
      });
      return { platform, descriptor: descriptorOf(this.#upload(name, built, undefined, spec.scan)) };
    });
    const attestations = (spec.attestations === true ? children : []).map(({ descriptor }): Child => {
      const built = composeAttestation(descriptor, content);
      const image = this.#upload(name, built, undefined, undefined);
      return { platform: 'unknown/unknown', descriptor: descriptorOf(image), attests: descriptor.digest };
    });
    const index = composeIndex([...children, ...attestations], mediaType);
    return {
      digest: this.#upload(name, index, spec.tag, undefined).digest,
      children: children.map(({ platform, descriptor }) => ({ platform, digest: descriptor.digest })),
      attestations: attestations.map(({ descriptor }) => descriptor.digest),
    };
  }

  /** Chooses what the running scan of an image finds, or else the next one: see `Scanner.choose`. */
  setScan(name: string, digest: string, outcome: ScanOutcome): void {
    this.scanner.choose(this.repository(name), this.image(name, digest), outcome);
  }

  /** Starts a scan now, whatever the daily quota says. */
  scan(name: string, digest: string): void {
    this.scanner.start(this.repository(name), this.image(name, digest));
  }

  setSigning(name: string, digest: string, signing: readonly Signing[]): void {
    this.image(name, digest).signing = signing;
  }

  archive(name: string, digest: string): void {
    this.images.archive(this.image(name, digest));
  }

  /** Out of the archive: ACTIVATING for so long (minutes unless set), then ACTIVE. */
  restore(name: string, digest: string, afterMs?: Span): void {
    this.images.restore(this.image(name, digest), afterMs);
  }

  /** An image goes, as by a lifecycle policy. @throws if an index holds it */
  expire(name: string, digest: string): void {
    refuse(this.images.remove(this.repository(name), this.image(name, digest)));
  }

  /** Does at once what the repository's lifecycle policy says; ECR itself does within 24 hours. */
  applyLifecycle(name: string): void {
    const repository = this.repository(name);
    repository.lifecycleEvaluatedAt = this.#kernel.now();
    const verdicts = evaluate(repository, repository.lifecyclePolicy ?? '', this.#kernel.now());
    for (const { image, action } of verdicts) {
      if (action === 'EXPIRE') this.images.remove(repository, image);
      else this.images.archive(image);
    }
  }

  /** Takes a tag away by hand; the image goes with its last one. @throws if an index holds it */
  untag(name: string, tag: string): void {
    refuse(this.images.untag(this.repository(name), this.image(name, tag), tag));
  }

  /** Answers the GET of a layer's download URL: 200 with the bytes as a stream, 403 when expired, 404 when unknown. */
  readonly fetchLayer = async (url: string): Promise<Response> => this.layers.fetch(this.repositories, url);

  /**
   * The digest of `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPO[:TAG][@DIGEST]`, `latest` if neither is given; undefined
   * if there is no such image in this registry, or it cannot be pulled.
   */
  readonly resolve = (reference: string): string | undefined => {
    const [, host, name = '', tag, digest] =
      /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference) ?? [];
    const { account, region } = this.#kernel;
    if (host !== `${account}.dkr.ecr.${region}.amazonaws.com`) return undefined;
    const repository = this.repositories.get(name);
    // Of a tag and a digest the digest counts, as for a container engine.
    const image =
      digest === undefined ? repository?.tags.get(tag ?? 'latest')?.image : repository?.images.get(digest);
    return image?.status === 'ACTIVE' ? image.digest : undefined;
  };

  #freshContent(): string {
    this.#pushes += 1;
    return `build ${this.#pushes}`;
  }

  #upload(name: string, built: Built, tag: string | undefined, outcome: ScanOutcome | undefined): Image {
    const repository = this.repository(name);
    for (const [digest, bytes] of built.blobs) repository.layers.set(digest, bytes);
    const { manifestText, mediaType } = built;
    const known = repository.images.get(digestOf(manifestText));
    const same =
      known !== undefined && known.status !== 'ARCHIVED' && (tag === undefined || known.tags.has(tag));
    // A client asks with a HEAD request first, and then puts nothing.
    return same ? known : this.images.put(repository, { manifestText, mediaType, tag, outcome });
  }
}

function descriptorOf({ mediaType, manifestText }: Image): Descriptor {
  return describe(mediaType, manifestText);
}

/** What a scenario cannot do is its author's mistake. */
function refuse(failure: Failure | undefined): void {
  if (failure !== undefined) throw new Error(`${failure.failureCode}: ${failure.failureReason}`);
}
