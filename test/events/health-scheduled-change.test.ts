import { describe, expect, it } from 'vitest';
import { edited, instance, only, otherInstance, rejection, sample } from './samples.ts';

const start = Date.UTC(2026, 11, 5, 14);
const withCode = (code: string) => edited('health-scheduled-change', { 'detail.eventTypeCode': code });

describe('edge 38: a scheduled change that AWS Health announces', () => {
  it('says when it begins, as an RFC 1123 date', () => {
    expect(only(sample('health-scheduled-change'))).toMatchObject({
      kind: 'health-scheduled-change',
      code: 'AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED',
      takesHost: true,
      status: 'upcoming',
      startAt: start,
      instances: [{ instanceId: instance, resolved: false }],
    });
  });

  it('names an instance by its id or by its ARN', () => {
    expect(only(sample('health-scheduled-change-arn'))).toMatchObject({
      instances: [{ instanceId: instance, resolved: false }],
    });
  });

  it('is closed when it is withdrawn or over', () => {
    expect(only(sample('health-scheduled-change-closed'))).toMatchObject({
      status: 'closed',
      instances: [{ resolved: true }],
    });
  });

  it('comes in pages, each with instances of its own', () => {
    expect(only(sample('health-scheduled-change-page-2-of-3'))).toMatchObject({
      page: 2,
      totalPages: 3,
      instances: [{ instanceId: instance }, { instanceId: otherInstance }],
    });
  });

  it('tells the Region that it is about from the one that it came to', () => {
    expect(only(sample('health-scheduled-change-backup-region'))).toMatchObject({
      eventRegion: 'us-east-1',
      region: 'us-west-2',
      backup: true,
    });
  });

  it('is about the Region and account that it came to unless it says otherwise', () => {
    const changes = { 'detail.eventRegion': undefined, 'detail.affectedAccount': undefined };
    const event = only(edited('health-scheduled-change', changes));
    expect(event).toMatchObject({ eventRegion: 'us-east-1', affectedAccount: '111122223333', backup: false });
  });

  it('may leave out the start, the pages and the entities', () => {
    const gone = ['startTime', 'page', 'totalPages', 'backupEvent', 'affectedEntities', 'statusCode'];
    const changes = Object.fromEntries(gone.map((name) => [`detail.${name}`, undefined]));
    const event = only(edited('health-scheduled-change', changes));
    expect(event).toMatchObject({ status: 'upcoming', instances: [] });
    expect(event).not.toHaveProperty('startAt');
    expect(event).not.toHaveProperty('page');
  });

  it('leaves out what is no instance, and names none twice', () => {
    const entities = [
      { entityValue: 'h-0a1b2c3d4e5f67890' },
      { entityValue: instance },
      { entityValue: instance },
    ];
    const event = only(edited('health-scheduled-change', { 'detail.affectedEntities': entities }));
    expect(event).toMatchObject({ instances: [{ instanceId: instance, resolved: false }] });
    expect(event).toHaveProperty('instances.length', 1);
  });

  it('is read whatever form the pages and the backup flag take', () => {
    const changes = { 'detail.page': 2, 'detail.totalPages': 'many', 'detail.backupEvent': { toString: 1 } };
    const event = only(edited('health-scheduled-change', changes));
    expect(event).toMatchObject({ page: 2, backup: false });
    expect(event).not.toHaveProperty('totalPages');
  });
});

describe('the code of a scheduled change', () => {
  it.each([
    'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    'AWS_EC2_INSTANCE_RETIREMENT_EXPEDITED',
    'AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED',
    'AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_EXPEDITED',
    'AWS_EC2_INSTANCE_STOP_SCHEDULED',
    'AWS_EC2_INSTANCE_TERMINATION_SCHEDULED',
  ])('%s takes the host', (code) => {
    expect(only(withCode(code))).toMatchObject({ takesHost: true });
  });

  it.each([
    'AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED',
    'AWS_EC2_INSTANCE_REBOOT_FLEXIBLE_MAINTENANCE_SCHEDULED',
    'AWS_EC2_SYSTEM_REBOOT_MAINTENANCE_SCHEDULED',
    'AWS_EC2_INSTANCE_NETWORK_MAINTENANCE_SCHEDULED',
    'AWS_EC2_INSTANCE_POWER_MAINTENANCE_SCHEDULED',
  ])('%s gives it back', (code) => {
    expect(only(withCode(code))).toMatchObject({ takesHost: false });
  });
});

describe('the time of a scheduled change', () => {
  const at = (startTime: unknown) => edited('health-scheduled-change', { 'detail.startTime': startTime });

  it.each(['Sat, 5 Dec 2026 14:00:00 GMT', 'Mon, 05 Dec 2026 14:00:00 GMT', '2026-12-05T14:00:00Z'])(
    'may be written %s',
    (text) => {
      expect(only(at(text))).toMatchObject({ startAt: start });
    },
  );

  it.each([
    'Thu, 31 Feb 2026 14:00:00 GMT',
    'Sat, 05 Dez 2026 14:00:00 GMT',
    '2026-02-30T14:00:00Z',
    'soon',
    '',
  ])('is malformed as "%s"', (text) => {
    expect(rejection(at(text))).toBe(
      `malformed: detail.startTime is "${text}"; expected a time such as Thu, 27 Aug 2026 13:19:03 GMT`,
    );
  });
});

describe('other events of AWS Health', () => {
  it('are foreign if another service is concerned', () => {
    expect(rejection(edited('health-scheduled-change', { 'detail.service': 'RDS' }))).toBe(
      'foreign-service: detail.service is "RDS"; only "EC2" is read',
    );
  });

  it('are unknown if nothing is scheduled', () => {
    expect(rejection(edited('health-scheduled-change', { 'detail.eventTypeCategory': 'issue' }))).toBe(
      'unknown: detail.eventTypeCategory is "issue"; only "scheduledChange" is read',
    );
  });
});
