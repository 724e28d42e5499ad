import type { Kernel } from '../kernel.ts';
import type { Finding, Image, Repository, Severity } from './model.ts';

/**
 * Shapes: Amazon ECR user guide, "Sample events from Amazon ECR"; Amazon Inspector user guide, "EventBridge schema".
 * No event names who acted, and `resources` of an image action is empty.
 */
export function publishAction(
  kernel: Kernel,
  action: 'PUSH' | 'DELETE',
  repository: Repository,
  image: Image,
  tag: string | undefined,
): void {
  kernel.publish({
    source: 'aws.ecr',
    detailType: 'ECR Image Action',
    resources: [],
    detail: {
      result: 'SUCCESS',
      'repository-name': repository.name,
      'image-digest': image.digest,
      'action-type': action,
      // Absent for a push by digest: awslabs/cfn-ecr-aws-soci-index-builder#8.
      ...(tag === undefined ? {} : { 'image-tag': tag }),
    },
  });
}

/** A basic scan has ended. A severity without findings is absent, and so is a total. */
export function publishBasicScan(
  kernel: Kernel,
  repository: Repository,
  image: Image,
  scan: { readonly status: string; readonly findings: readonly Finding[] },
): void {
  kernel.publish({
    source: 'aws.ecr',
    detailType: 'ECR Image Scan',
    resources: [repository.arn],
    detail: {
      'scan-status': scan.status,
      'repository-name': repository.name,
      'finding-severity-counts': severityCounts(scan.findings),
      'image-digest': image.digest,
      'image-tags': [...image.tags],
    },
  });
}

/** The first scan by Amazon Inspector has ended; later ones have no such event. `repository-name` is an ARN. */
export function publishInspectorScan(
  kernel: Kernel,
  repository: Repository,
  image: Image,
  findings: readonly Finding[],
): void {
  kernel.publish({
    source: 'aws.inspector2',
    detailType: 'Inspector2 Scan',
    resources: [repository.arn],
    detail: {
      'scan-status': 'INITIAL_SCAN_COMPLETE',
      'repository-name': repository.arn,
      'finding-severity-counts': { ...severityCounts(findings), TOTAL: findings.length },
      'image-digest': image.digest,
      'image-tags': [...image.tags],
    },
  });
}

export function severityCounts(findings: readonly Finding[]): Partial<Record<Severity, number>> {
  const counts: Partial<Record<Severity, number>> = {};
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}
