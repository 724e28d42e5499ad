import type * as Sdk from '@aws-sdk/client-ecs';
import { idOf } from '../../lib/ids.ts';
import { ApiError, type Operations, operation } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecs } from './ecs.ts';
import { clusterNamed, limit, missing, pageSize } from './lookup.ts';
import { deploymentBrief, revisionShape, serviceDeploymentShape } from './service-shapes.ts';

/** API reference, DescribeServiceDeployments and DescribeServiceRevisions. */
const MOST_ARNS = 20;

/** Service deployments and service revisions. */
export function deploymentOperations(ecs: Ecs): Operations {
  return {
    ListServiceDeployments: operation((input: Sdk.ListServiceDeploymentsRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const service = cluster.services.get(idOf(input.service ?? ''));
      if (service === undefined) throw new ApiError('ServiceNotFoundException', 'Service not found.');
      const statuses = new Set<string>(input.status ?? []);
      const from = wireTime(input.createdAt?.after) ?? Number.NEGATIVE_INFINITY;
      const to = wireTime(input.createdAt?.before) ?? Number.POSITIVE_INFINITY;
      const listed = service.history.filter(
        ({ status, createdAt }) =>
          (statuses.size === 0 || statuses.has(status)) && createdAt >= from && createdAt <= to,
      );
      // Newest first, while the token of a page counts upwards.
      const ordered = listed.map((record) => ({ record, order: Number.MAX_SAFE_INTEGER - record.order }));
      const { items, nextToken } = page(ordered, input.nextToken, pageSize(input.maxResults));
      return { serviceDeployments: items.map(({ record }) => deploymentBrief(record)), nextToken };
    }),
    DescribeServiceDeployments: operation((input: Sdk.DescribeServiceDeploymentsRequest) => {
      const { found, failures } = lookUp(ecs.deployments.records, input.serviceDeploymentArns);
      return { serviceDeployments: found.map(serviceDeploymentShape), failures };
    }),
    DescribeServiceRevisions: operation((input: Sdk.DescribeServiceRevisionsRequest) => {
      const { found, failures } = lookUp(ecs.deployments.revisions, input.serviceRevisionArns);
      return {
        serviceRevisions: found.map(({ revision, service }) => revisionShape(revision, service)),
        failures,
      };
    }),
  };
}

function lookUp<Item>(known: ReadonlyMap<string, Item>, wanted: readonly string[] | undefined) {
  const found: Item[] = [];
  const failures: Sdk.Failure[] = [];
  for (const arn of limit(wanted, MOST_ARNS, 'ARNs')) {
    const item = known.get(arn);
    if (item === undefined) failures.push(missing(arn));
    else found.push(item);
  }
  return { found, failures };
}

/** A date as the JSON protocol carries it: seconds, whatever the SDK's type says. */
function wireTime(at: Date | undefined): number | undefined {
  return at === undefined ? undefined : Number(at) * 1000;
}
