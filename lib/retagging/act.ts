import type { TagAction } from './decision.ts';
import type { Aim, RetaggingDependencies } from './dependencies.ts';
import type { ActionOutcome } from './outcome.ts';
import { putTag } from './put.ts';

/** Gives the tag to the image. What ECR does not do becomes an outcome. */
export async function act(
  { clients: { ecr }, copying, clock }: RetaggingDependencies,
  { rule, destination: { repository, tag, region } }: Aim,
  { digest, sourceTag, copy }: TagAction,
): Promise<ActionOutcome> {
  if (!copy) return putTag(ecr(region), { repository, tag, digest, sourceTag });
  // Loaded on first use: most policies copy nothing.
  const { copyImage } = await import('./copy.ts');
  const order = {
    from: { ecr: ecr(), repository: rule.repository },
    to: { ecr: ecr(region), repository },
    region,
    digest,
    sourceTag,
    tag,
  };
  return copyImage(order, { ...copying, clock });
}
