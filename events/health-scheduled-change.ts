import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { healthTime, present, text } from './fields.ts';
import { describe, type Reading, read, reject } from './rejection.ts';

export const source = 'aws.health';
export const detailType = 'AWS Health Event';

/** AWS announces, changes or withdraws maintenance of EC2 instances. Long lists come in several pages. */
export interface HealthScheduledChange extends EventBase {
  readonly kind: 'health-scheduled-change';
  readonly eventArn: string;
  readonly code: string;
  /** Whether the instance goes away for good: retired, stopped or terminated, and not rebooted or cut off a while. */
  readonly takesHost: boolean;
  readonly status: 'open' | 'upcoming' | 'closed';
  readonly startAt?: number;
  /** Where the instances are. */
  readonly eventRegion: string;
  /** Where the event was delivered: not `eventRegion` when it is the copy for the backup Region. */
  readonly region: string;
  readonly backup: boolean;
  readonly account: string;
  /** Another than `account` when an organisation's events are gathered in one account. */
  readonly affectedAccount: string;
  readonly page?: number;
  readonly totalPages?: number;
  /** The EC2 instances of this page; hosts and reservations among the entities are left out. */
  readonly instances: readonly AffectedInstance[];
}

export interface AffectedInstance {
  readonly instanceId: string;
  /** AWS says that nothing is left to be done for this one, e.g. since it was stopped and started again. */
  readonly resolved: boolean;
}

// Page and backup flag are strings in today's events. Nothing hangs on them but a sentence in the journal, so that
// another form of them is no ground to miss a retirement.
const loose = z.optional(z.unknown());

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    eventArn: text('the ARN of the Health event'),
    service: text('the name of an AWS service'),
    eventTypeCode: text('the code of the event type'),
    eventTypeCategory: text('the category of the event type'),
    statusCode: z._default(z.enum(['open', 'upcoming', 'closed']), 'upcoming'),
    startTime: z.optional(healthTime),
    eventRegion: z.optional(text('the name of an AWS Region')),
    affectedAccount: z.optional(text('the id of the affected AWS account')),
    affectedEntities: z.optional(
      z.array(
        z.object({ entityValue: text('an instance id or ARN'), status: z.optional(z.string('a status')) }),
        'a list of affected entities',
      ),
    ),
    page: loose,
    totalPages: loose,
    backupEvent: loose,
  }),
});

export function pattern(_scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: { service: ['EC2'], eventTypeCategory: ['scheduledChange'] },
  };
}

export function parse(raw: unknown): Reading<HealthScheduledChange> {
  return read(schema, raw, (event): Reading<HealthScheduledChange> => {
    const { detail } = event;
    if (detail.service !== 'EC2') {
      return reject(
        'foreign-service',
        `detail.service is ${describe(detail.service)}; only "EC2" is read`,
        raw,
      );
    }
    if (detail.eventTypeCategory !== 'scheduledChange') {
      const category = describe(detail.eventTypeCategory);
      return reject(
        'unknown',
        `detail.eventTypeCategory is ${category}; only "scheduledChange" is read`,
        raw,
      );
    }
    return { event: healthEvent(event) };
  });
}

function healthEvent(event: z.infer<typeof schema>): HealthScheduledChange {
  const { detail } = event;
  return {
    kind: 'health-scheduled-change',
    ...baseOf(event),
    eventArn: detail.eventArn,
    code: detail.eventTypeCode,
    takesHost: takesHost(detail.eventTypeCode),
    status: detail.statusCode,
    eventRegion: detail.eventRegion ?? event.region,
    region: event.region,
    backup: detail.backupEvent === 'true' || detail.backupEvent === true,
    account: event.account,
    affectedAccount: detail.affectedAccount ?? event.account,
    instances: instancesOf(detail.affectedEntities ?? []),
    ...present({
      startAt: detail.startTime,
      page: pageNumber(detail.page),
      totalPages: pageNumber(detail.totalPages),
    }),
  };
}

/**
 * By the code's words: RETIREMENT, STOP and TERMINATION take the host (an EBS-backed one is stopped, an
 * instance-store one terminated), with any suffix, e.g. _SCHEDULED or _EXPEDITED. The REBOOT, NETWORK and POWER
 * maintenance codes give it back.
 */
function takesHost(code: string): boolean {
  return /^AWS_EC2_(?:[A-Z]+_)*(?:RETIREMENT|STOP|TERMINATION)(?:_|$)/.test(code);
}

/** Some samples have the bare id, the retirement sample of 2026 has the instance's full ARN. */
function instancesOf(entities: readonly { entityValue: string; status?: string | undefined }[]) {
  const found = new Map<string, AffectedInstance>();
  for (const { entityValue, status } of entities) {
    const id = /^(?:arn:[^:]+:ec2:[^:]*:[^:]*:instance\/)?(i-[0-9a-z]{1,40})$/.exec(entityValue)?.[1];
    if (id) found.set(id, { instanceId: id, resolved: status === 'RESOLVED' });
  }
  return [...found.values()];
}

function pageNumber(value: unknown): number | undefined {
  const page = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(page) && page > 0 ? page : undefined;
}
