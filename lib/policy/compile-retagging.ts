import { MINUTE } from '../clock.ts';
import { clusterName, repositoryName, serviceName } from '../ids.ts';
import type { Gates, PromotionRule, RetaggingPolicy, TagSource } from '../retagging/policy.ts';
import type { RetaggingFile } from './retagging-schema.ts';

type PromotionFile = RetaggingFile['repositories'][string]['promotions'][string];

/** The retagging section as the function reads it. What the checks of the file refuse does not come here. */
export function retaggingPolicy({ mode, reconcileEvery, repositories }: RetaggingFile): RetaggingPolicy {
  const rules = Object.entries(repositories).flatMap(([repository, { promotions }]) =>
    Object.entries(promotions).map(([name, promotion]) => promotionRule(repository, name, promotion)),
  );
  return { mode, reconcileEveryMs: reconcileEvery, rules };
}

/** Of a policy without the section: no rule, and nothing is changed. */
export const noRetagging: RetaggingPolicy = { mode: 'observe', reconcileEveryMs: 5 * MINUTE, rules: [] };

/** Which tags lead to which: all that the check for loops needs. */
export function hopOf(
  repository: string,
  name: string,
  from: TagSource,
  to: PromotionFile['to'],
): Pick<PromotionRule, 'id' | 'repository' | 'source' | 'destination'> {
  return {
    id: `${repository}/${name}`,
    repository: repositoryName(repository),
    source: from,
    destination: {
      repository: repositoryName(to.repository ?? repository),
      region: to.region ?? null,
      tags: to.tags,
    },
  };
}

function promotionRule(repository: string, name: string, file: PromotionFile): PromotionRule {
  const { on, schedule } = file;
  return {
    ...hopOf(repository, name, file.from, file.to),
    triggers: {
      push: on.includes('push'),
      scan: on.includes('scan'),
      deployment: on.includes('deployment'),
      schedule,
    },
    gates: gatesOf(file.gates),
    order: file.order,
    allowOlder: file.allowOlder,
    deploy: file.deploy.map((id) => {
      const { cluster, service } = split(id);
      return { cluster, service: service === '*' ? '*' : service };
    }),
  };
}

function gatesOf({ scan, minAge, running, signature, approval }: PromotionFile['gates']): Gates {
  const { critical, high, medium, low, informational, undefined: unknown, withoutResult } = scan ?? {};
  return {
    scan:
      withoutResult === undefined
        ? null
        : {
            most: {
              critical: critical ?? null,
              high: high ?? null,
              medium: medium ?? null,
              low: low ?? null,
              informational: informational ?? null,
              undefined: unknown ?? null,
            },
            withoutResult,
          },
    minAgeMs: minAge,
    running: running && { ...split(running.service), forMs: running.for },
    signature,
    approval,
  };
}

function split(id: string) {
  const [cluster = '', service = ''] = id.split('/');
  return { cluster: clusterName(cluster), service: serviceName(service) };
}
