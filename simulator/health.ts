import type { EpochMs } from '../lib/clock.ts';
import type { Kernel } from './kernel.ts';

export interface Maintenance {
  readonly instanceIds: readonly string[];
  readonly startAt: EpochMs;
  /** E.g. AWS_EC2_INSTANCE_STOP_SCHEDULED; a retirement unless set. */
  readonly code?: string;
  readonly status?: 'upcoming' | 'open' | 'closed';
  /** The same for all notices of one event; a fresh one unless set. */
  readonly eventArn?: string;
  /** Entities as full instance ARNs, as seen in 2026, in place of bare ids. */
  readonly asArns?: boolean;
  /** The copy that goes to the backup Region. */
  readonly backup?: boolean;
}

/** Publishes an AWS Health event for EC2. Returns its ARN. Shape: AWS Health user guide, EventBridge schema. */
export function announceMaintenance(kernel: Kernel, notice: Maintenance): string {
  const { region, account, random } = kernel;
  const code = notice.code ?? 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED';
  const eventArn = notice.eventArn ?? `arn:aws:health:${region}::event/EC2/${code}/${code}_${random.hex(12)}`;
  // RFC 1123 dates, unlike every other event.
  const rfc1123 = (at: EpochMs) => new Date(at).toUTCString();
  const entity = (id: string) => (notice.asArns ? `arn:aws:ec2:${region}:${account}:instance/${id}` : id);
  kernel.publish({
    source: 'aws.health',
    detailType: 'AWS Health Event',
    resources: notice.instanceIds.map(entity),
    detail: {
      eventArn,
      service: 'EC2',
      eventTypeCode: code,
      eventTypeCategory: 'scheduledChange',
      eventScopeCode: 'ACCOUNT_SPECIFIC',
      communicationId: `${random.hex(20)}-1`,
      startTime: rfc1123(notice.startAt),
      lastUpdatedTime: rfc1123(kernel.now()),
      statusCode: notice.status ?? 'upcoming',
      eventRegion: region,
      affectedEntities: notice.instanceIds.map((id) => ({ entityValue: entity(id), status: 'PENDING' })),
      page: '1',
      totalPages: '1',
      backupEvent: String(notice.backup ?? false),
      affectedAccount: account,
      actionability: 'ACTION_REQUIRED',
    },
  });
  return eventArn;
}
