import type { Repository } from './model.ts';

/** Whether a tag that exists may be moved to another image. */
export function mayMove({ mutability, exclusions }: Repository, tag: string): boolean {
  const excluded = exclusions.some((filter) => wildcard(filter).test(tag));
  switch (mutability) {
    case 'MUTABLE':
      return true;
    case 'IMMUTABLE':
      return false;
    case 'IMMUTABLE_WITH_EXCLUSION':
      return excluded;
    case 'MUTABLE_WITH_EXCLUSION':
      return !excluded;
    default:
      return mutability satisfies never;
  }
}

/** A pattern of ECR, in which `*` stands for any text and all else for itself. */
export function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
