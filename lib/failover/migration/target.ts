import type { MigrationPolicy } from '../policy.ts';
import type { Strategy, StrategyItem } from '../record.ts';

/** The strategy that the policy moves services to. What would place no task is left out; something always places some. */
export function targetStrategy({ base, onDemandWeight, spotWeight }: MigrationPolicy): Strategy {
  if (onDemandWeight === 0 && spotWeight === 0) return [{ provider: 'FARGATE', base, weight: 1 }];
  const items: StrategyItem[] = [
    { provider: 'FARGATE', base, weight: onDemandWeight },
    { provider: 'FARGATE_SPOT', base: 0, weight: spotWeight },
  ];
  return items.filter((item) => item.base > 0 || item.weight > 0);
}
