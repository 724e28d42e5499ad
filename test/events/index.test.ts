import { describe, expect, it } from 'vitest';
import { parseEvent, sources } from '../../events/index.ts';
import { edited, rejection, sample, sampleNames } from './samples.ts';

describe('reading whatever invoked the function', () => {
  it('rejects what is no event, and says what it is', () => {
    expect(rejection(undefined)).toBe('malformed: The event is undefined; expected an object');
    expect(rejection([1, 2])).toBe('malformed: The event is a list of 2; expected an object');
    expect(rejection({})).toBe('malformed: source is missing; expected the text that EventBridge puts there');
    expect(rejection({ source: 'aws.ec2', 'detail-type': 7 })).toMatch(/^malformed: detail-type is 7;/);
  });

  it('rejects a service that it does not listen to, with the id of the event', () => {
    expect(parseEvent(sample('foreign-s3')).rejected).toEqual([
      {
        why: 'foreign-service',
        sentence: 'source is "aws.s3", which this function does not listen to',
        eventId: 'f3be7f80-a1d2-4ce3-940b-c0d1e2f3a4b9',
        detailType: 'Object Created',
      },
    ]);
  });

  it('rejects an event that says nothing to it, of a service that it listens to', () => {
    const event = edited('lifecycle-terminate', { 'detail-type': 'EC2 Instance Launch Successful' });
    expect(rejection(event)).toBe(
      'unknown: detail-type is "EC2 Instance Launch Successful", of which this function reads nothing',
    );
  });

  it.each(['id', 'time', 'account', 'region', 'detail'])('rejects an envelope without %s', (field) => {
    expect(rejection(edited('spot-interruption', { [field]: undefined }))).toMatch(
      new RegExp(`^malformed: ${field} is missing; expected (an?|the) `),
    );
  });

  it('does not take the fields of another type of event for its own', () => {
    const event = edited('spot-interruption', { 'detail-type': 'EC2 Instance State-change Notification' });
    expect(rejection(event)).toMatch(/^malformed: detail\.state is missing/);
  });

  it('is not led astray by names that every object has', () => {
    expect(rejection({ source: 'constructor', 'detail-type': 'toString' })).toMatch(/^foreign-service/);
    const event = JSON.parse('{"__proto__":{"source":"aws.ec2","detail-type":"x"}}');
    expect(rejection(event)).toMatch(/^malformed: source is missing/);
  });

  it('survives an object that throws when it is looked at', () => {
    const trap = new Proxy({}, { getOwnPropertyDescriptor: () => expect.fail('looked at') });
    expect(rejection(trap)).toBe('malformed: The event could not be read: to look at it threw an error');
  });

  it('survives depth and size', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    const huge = 'x'.repeat(1_000_000);
    expect(rejection(edited('spot-interruption', { 'detail.instance-id': deep }))).toMatch(/is a list of 1;/);
    expect(rejection(edited('spot-interruption', { 'detail.instance-id': huge })).length).toBeLessThan(300);
    expect(rejection({ source: huge, 'detail-type': huge }).length).toBeLessThan(300);
  });
});

describe('the registry of sources', () => {
  it('has stable ids, each with a pattern for its own source and type', () => {
    const scope = {
      clusters: ['prod'],
      groups: ['prod-hosts'],
      hooks: ['stevedore-drain'],
      alarms: ['web-cpu-high'],
      services: ['prod/web'],
      repositories: ['shop/api'],
      tags: ['main-*'],
    };
    expect(sources.map(({ id }) => id)).toEqual([
      'lifecycle-terminate',
      'spot-interruption',
      'rebalance-recommendation',
      'instance-state-change',
      'health-scheduled-change',
      'container-instance-state-change',
      'task-state-change',
      'drain-order',
      'alarm-state-change',
      'scale-order',
      'service-action',
      'placement-failure',
      'deployment-state-change',
      'task-interruption',
      'failover-alarm',
      'failover-order',
      'ecr-image-action',
      'ecr-image-scan',
      'inspector-scan',
      'gate-deployment',
      'retag-order',
    ]);
    for (const { source, detailType, pattern } of sources) {
      expect(pattern(scope)).toMatchObject({ source: [source], 'detail-type': [detailType] });
    }
  });

  it('has a sample of each', () => {
    expect(sources.filter(({ id }) => !sampleNames.includes(id))).toEqual([]);
  });
});
