import type { Mutability, Scanning } from '../ecr/model.ts';
import type { Random } from '../random.ts';
import { pick } from './draw.ts';

export interface RepositoryPlan {
  readonly name: string;
  readonly scanning: Scanning;
  readonly mutability: Mutability;
  /** Another repository, which has what is in production. */
  readonly copiedTo: string | undefined;
  readonly lifecyclePolicy: string | undefined;
  /** Whether it is of a pull-through cache. */
  readonly isCache: boolean;
  /** Tags that its first image has besides. */
  readonly moreTags: number;
  /** Runs its tag `production`, or what the tag was on by digest. */
  readonly service: string;
  readonly isPinned: boolean;
  /** Runs its tag `staging`. */
  readonly stagingService: string;
  readonly cluster: string;
}

/** All images but the newest are to go. */
const FEW_BUILDS = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});

export function planRepository(random: Random, index: number, cluster: string): RepositoryPlan {
  const name = `chaos/app-${index}`;
  return {
    name,
    scanning: random.chance(0.8) ? pick(random, ['basic', 'basic', 'enhanced'] as const) : 'manual',
    mutability: random.chance(0.08) ? 'IMMUTABLE' : 'MUTABLE',
    copiedTo: random.chance(0.3) ? `${name}-prod` : undefined,
    lifecyclePolicy: random.chance(0.2) ? FEW_BUILDS : undefined,
    isCache: random.chance(0.05),
    // 1,000 is the most (ECR service quotas), and three are given anyway.
    moreTags: random.chance(0.04) ? pick(random, [900, 997]) : 0,
    service: `app-${index}`,
    isPinned: random.chance(0.08),
    stagingService: `app-${index}-staging`,
    cluster,
  };
}
