import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

// A manifest's digest is the hash of its bytes: one newline more, or a JSON.stringify, and it is another image
// (aws/aws-cli#6234). So a manifest is read here and never written; what goes to ECR is the text that came from it.

/** All that ECR stores and we carry. Whoever leaves one out may be answered with a translation (retagging edge 9). */
export const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
] as const;

const [DOCKER_IMAGE, DOCKER_LIST, OCI_IMAGE, OCI_INDEX] = MANIFEST_TYPES;

/** A layer, a configuration or a manifest, as another manifest names it. */
export interface Descriptor {
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly mediaType: string;
}

export interface Child extends Descriptor {
  /** `linux/arm64/v8`; `unknown/unknown` is what buildx gives its attestations; null: not said. */
  readonly platform: string | null;
}

export type Manifest =
  | {
      readonly kind: 'image';
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      /** The digest of what this is a signature or another artifact of. */
      readonly subject: string | null;
    }
  | { readonly kind: 'index'; readonly children: readonly Child[]; readonly subject: string | null };

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly why: string };

const DIGEST = /^sha256:[0-9a-f]{64}$/;

const descriptor = z.object({
  digest: z.string().check(z.regex(DIGEST)),
  size: z.number().check(z.int(), z.nonnegative()),
  mediaType: z._default(z.string(), ''),
});
const platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.optional(z.string()),
});
const subject = z.optional(z.nullable(z.object({ digest: z.string() })));
const image = z.object({ config: descriptor, layers: z.array(descriptor), subject });
const index = z.object({
  manifests: z.array(z.extend(descriptor, { platform: z.optional(z.nullable(platform)) })),
  subject,
});
const declared = z.object({ mediaType: z.optional(z.string()), manifests: z.optional(z.unknown()) });

/**
 * What a manifest refers to.
 * @param text as ECR gave it
 * @param mediaType `imageManifestMediaType`; it may be missing here or in the manifest, as is common for OCI (edge 10)
 */
export function parseManifest(text: string, mediaType?: string): ParsedManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, why: `it is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const head = declared.safeParse(json);
  if (!head.success) return { ok: false, why: 'it is no JSON object' };
  const { mediaType: own, manifests } = head.data;
  switch (mediaType ?? own ?? (manifests === undefined ? OCI_IMAGE : OCI_INDEX)) {
    case DOCKER_IMAGE:
    case OCI_IMAGE:
      return toImage(json);
    case DOCKER_LIST:
    case OCI_INDEX:
      return toIndex(json);
    default:
      return {
        ok: false,
        why: `its media type is ${mediaType ?? own}, which is none of Docker v2 and OCI v1`,
      };
  }
}

function toImage(json: unknown): ParsedManifest {
  const parsed = image.safeParse(json);
  if (!parsed.success) return { ok: false, why: firstIssue(parsed.error) };
  const { config, layers, subject } = parsed.data;
  return { ok: true, manifest: { kind: 'image', config, layers, subject: subject?.digest ?? null } };
}

function toIndex(json: unknown): ParsedManifest {
  const parsed = index.safeParse(json);
  if (!parsed.success) return { ok: false, why: firstIssue(parsed.error) };
  const { manifests, subject } = parsed.data;
  const children = manifests.map(({ platform, ...child }) => ({
    ...child,
    platform: platform
      ? [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')
      : null,
  }));
  return { ok: true, manifest: { kind: 'index', children, subject: subject?.digest ?? null } };
}

function firstIssue({ issues }: z.core.$ZodError): string {
  const [issue] = issues;
  return `${issue?.path.join('.') || 'it'} is not as its media type says: ${issue?.message ?? 'invalid'}`;
}

export const digestOf = (bytes: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Whether these bytes (of a text: in UTF-8) are what the digest names. */
export const verifyDigest = (bytes: string | Uint8Array, digest: string): boolean =>
  digestOf(bytes) === digest;
