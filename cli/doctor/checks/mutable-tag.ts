import { running } from '../capacity.ts';
import type { Check, Found } from '../finding.ts';
import { ecrImage } from '../image.ts';
import { REPOSITORIES } from '../reads.ts';
import type { RepositoryView } from '../snapshot.ts';

/** ECS resolves a tag when a deployment begins, so that the next one may ship something that nobody chose. */
export const mutableTag: Check = {
  id: 'mutable-tag',
  title: 'A service runs an image by a tag that may be moved',
  severity: 'warning',
  document: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  reads: REPOSITORIES,
  find: (snapshot) =>
    running(snapshot).flatMap(({ service, definition }) =>
      definition.containers.flatMap(({ name, image, pinned }): Found[] => {
        const found = ecrImage(image);
        const repository = found === null ? undefined : snapshot.repositories.get(found.key);
        if (found === null || found.tag === null || repository === undefined) return [];
        if (!isMutable(repository, found.tag)) return [];
        const consequence = pinned
          ? 'ECS holds the digest for one deployment; the next one takes whatever the tag is then.'
          : 'With versionConsistency disabled each task takes whatever the tag is when it starts, so that they may differ.';
        return [
          {
            resource: service.arn,
            subject: `service ${service.name}`,
            problem: `Container ${name} runs ${found.repository}:${found.tag}, and its repository lets tags be moved. ${consequence}`,
            fix: `Name the image by digest (@sha256:…) in the task definition, or make ${found.repository} IMMUTABLE and give each build a tag of its own.`,
          },
        ];
      }),
    ),
};

/** Whether a push may move the tag. */
export function isMutable({ mutability, exceptions }: RepositoryView, tag: string): boolean {
  const excepted = exceptions.some((pattern) => matches(pattern, tag));
  return mutability.startsWith('IMMUTABLE') ? excepted : !excepted;
}

/** ECR's filters have one wildcard, `*`. */
const matches = (pattern: string, tag: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(tag);
