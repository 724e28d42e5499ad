import { isAllFargate, isOnSpot } from '../../lib/failover/strategy.ts';
import { serviceIds } from '../../lib/policy/values.ts';
import { SERVICES } from '../doctor/reads.ts';
import type { ServiceView } from '../doctor/snapshot.ts';
import { branch, type Line, live, name, remark } from './lines.ts';
import { copilotAside, grouped, type Section, section } from './section.ts';
import type { AccountSnapshot } from './snapshot.ts';

/** The services that run on Fargate Spot. */
export function failoverOf({ clusters, unread }: AccountSnapshot): Section {
  const found = clusters.flatMap((seen) => {
    const { cluster, services } = seen.snapshot;
    const units = services
      .filter(({ strategy }) => isOnSpot(strategy))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((service): Line => {
        const id = `${cluster}/${service.name}`;
        const refusal = refusalOf(id, service);
        if (refusal !== null) return remark(`Left out: ${id}. ${refusal}`);
        const aside = copilotAside(seen, service.name);
        return live(`${name(id)}: {}`, { unit: true, aside });
      });
    return grouped(seen, units);
  });
  const services = branch('services:', found, {
    aside: 'on Fargate Spot; everything has a default: docs/policy.md',
  });
  return section('failover', [services], { found: found.length > 0, needs: SERVICES, unread });
}

function refusalOf(id: string, service: ServiceView): string | null {
  if (!serviceIds.safeParse(id).success) return 'Its name may not stand in a policy file.';
  if (!service.rolling) return 'It is not deployed by rolling updates of ECS, which a failover is one of.';
  if (!isAllFargate(service.strategy))
    return 'Its strategy has other capacity beside FARGATE and FARGATE_SPOT.';
  return null;
}
