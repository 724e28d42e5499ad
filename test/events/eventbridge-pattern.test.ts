import { describe, expect, it } from 'vitest';
import { matches } from '../eventbridge-pattern.ts';

const event = {
  source: 'aws.ecs',
  detail: {
    status: 'DRAINING',
    count: 3,
    connected: true,
    nothing: null,
    tags: ['a', 'b'],
    empty: [],
    arn: 'arn:aws:ecs:us-east-1:111122223333:cluster/prod',
    containers: [
      { name: 'web', exit: 0 },
      { name: 'log', exit: 1 },
    ],
  },
};

describe('the pattern matcher of the tests', () => {
  it.each([
    ['an equal text', { source: ['aws.ecs'] }, true],
    ['one of several', { source: ['aws.ec2', 'aws.ecs'] }, true],
    ['no equal text', { source: ['aws.ec2'] }, false],
    ['a number, not its text', { detail: { count: ['3'] } }, false],
    ['a number', { detail: { count: [3] } }, true],
    ['a truth value', { detail: { connected: [true] } }, true],
    ['null', { detail: { nothing: [null] } }, true],
    ['null for a missing field', { detail: { missing: [null] } }, false],
    ['an element of a list', { detail: { tags: ['b'] } }, true],
    ['all fields, not some', { source: ['aws.ecs'], detail: { status: ['ACTIVE'] } }, false],
    ['a field inside what is no object', { source: { inner: ['x'] } }, false],
    ['a prefix', { detail: { status: [{ prefix: 'DRAIN' }] } }, true],
    ['a suffix', { detail: { arn: [{ suffix: ':cluster/prod' }] } }, true],
    ['a suffix that is elsewhere', { detail: { arn: [{ suffix: ':cluster' }] } }, false],
    ['a wildcard', { detail: { arn: [{ wildcard: 'arn:*:cluster/prod' }] } }, true],
    ['a wildcard for nothing', { detail: { status: [{ wildcard: 'DRAIN*ING' }] } }, true],
    ['a wildcard that is not the whole', { detail: { arn: [{ wildcard: '*:cluster' }] } }, false],
    ['a point where a wildcard has one', { source: [{ wildcard: 'aws?ec*' }] }, false],
    ['a prefix of a number', { detail: { count: [{ prefix: '3' }] } }, false],
    ['anything but', { detail: { status: [{ 'anything-but': 'ACTIVE' }] } }, true],
    ['anything but this', { detail: { status: [{ 'anything-but': ['DRAINING'] }] } }, false],
    ['anything but, for a missing field', { detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    ['anything but a prefix', { detail: { status: [{ 'anything-but': { prefix: 'DR' } }] } }, false],
    ['anything but one of a list that has another', { detail: { tags: [{ 'anything-but': 'a' }] } }, true],
    ['existence', { detail: { nothing: [{ exists: true }] } }, true],
    ['existence of what is no leaf', { detail: [{ exists: true }] }, false],
    ['absence', { detail: { missing: [{ exists: false }] } }, true],
    ['absence inside a missing object', { other: { missing: [{ exists: false }] } }, true],
    ['absence of an empty list', { detail: { empty: [{ exists: false }] } }, true],
    ['absence of what is there', { source: [{ exists: false }] }, false],
    ['an equal number', { detail: { count: [{ numeric: ['=', 3] }] } }, true],
    ['a range', { detail: { count: [{ numeric: ['>', 0, '<=', 3] }] } }, true],
    ['a range that ends before', { detail: { count: [{ numeric: ['>', 0, '<', 3] }] } }, false],
    ['a range of texts', { source: [{ numeric: ['>', 0] }] }, false],
    ['an object in a list', { detail: { containers: { name: ['log'], exit: [1] } } }, true],
    ['fields of two objects in a list', { detail: { containers: { name: ['web'], exit: [1] } } }, false],
  ])('looks for %s', (_, pattern, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it.each([
    ['an empty list', { source: [] }, /empty list/],
    ['an operator that it does not know', { source: [{ cidr: '10.0.0.0/8' }] }, /does not know/],
    ['two asterisks in a row', { source: [{ wildcard: 'aws.**' }] }, /does not take/],
    ['an empty suffix', { source: [{ suffix: '' }] }, /does not take/],
    ['half a range', { source: [{ numeric: ['>'] }] }, /does not take/],
    ['a bad matcher after one that matches', { source: ['aws.ecs', { exists: 'yes' }] }, /does not take/],
    ['no field', {}, /at least one field/],
    ['a bare value', { source: 'aws.ecs' }, /is an object/],
  ])('refuses %s, as EventBridge does', (_, pattern, message) => {
    expect(() => matches(pattern, event)).toThrow(message);
  });
});
