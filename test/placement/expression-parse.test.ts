import { describe, expect, it } from 'vitest';
import { SPELLINGS } from '../../lib/placement/expression/operators.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import { printExpression } from '../../lib/placement/expression/print.ts';
import type { Expression } from '../../lib/placement/expression/syntax.ts';

function parsed(text: string): Expression {
  const result = parseExpression(text);
  if (!result.ok) throw new Error(`${text} at ${result.at}: ${result.message}`);
  return result.expression;
}

describe('the examples of the Developer Guide', () => {
  const attribute = (name: string) => ({ kind: 'attribute', name });
  const property = (name: string) => ({ kind: 'property', name });

  it.each<[string, object]>([
    [
      'attribute:ecs.instance-type == t2.small',
      { kind: 'equality', subject: attribute('ecs.instance-type'), operator: '==', value: 't2.small' },
    ],
    [
      'attribute:ecs.availability-zone in [us-east-1a, us-east-1b]',
      {
        kind: 'membership',
        subject: attribute('ecs.availability-zone'),
        negated: false,
        values: ['us-east-1a', 'us-east-1b'],
      },
    ],
    [
      'attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d',
      {
        kind: 'and',
        left: { kind: 'match', subject: attribute('ecs.instance-type'), negated: false, pattern: 'g2.*' },
        right: {
          kind: 'equality',
          subject: attribute('ecs.availability-zone'),
          operator: '!=',
          value: 'us-east-1d',
        },
      },
    ],
    [
      'task:group == service:production',
      { kind: 'equality', subject: { kind: 'task-group' }, operator: '==', value: 'service:production' },
    ],
    [
      'not(task:group == database)',
      {
        kind: 'not',
        operand: { kind: 'equality', subject: { kind: 'task-group' }, operator: '==', value: 'database' },
      },
    ],
    [
      'runningTasksCount == 1',
      { kind: 'equality', subject: property('runningTasksCount'), operator: '==', value: '1' },
    ],
    [
      'agentVersion < 1.14.5',
      { kind: 'order', subject: property('agentVersion'), operator: '<', value: '1.14.5' },
    ],
    [
      'registeredAt < 2018-02-13',
      { kind: 'order', subject: property('registeredAt'), operator: '<', value: '2018-02-13' },
    ],
    [
      "ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']",
      {
        kind: 'membership',
        subject: property('ec2InstanceId'),
        negated: false,
        values: ['i-abcd1234', 'i-wxyx7890'],
      },
    ],
  ])('%s', (text, tree) => {
    expect(parsed(text)).toEqual(tree);
  });

  it('takes every date form that it names', () => {
    for (const date of [
      '2018-06-18T22:28:28+00:00',
      '2018-06-18T22:28:28Z',
      '2018-06-18T22:28:28',
      '2018-06-18',
    ]) {
      expect(parsed(`registeredAt >= ${date}`)).toMatchObject({ value: date });
    }
  });
});

describe('spellings', () => {
  const argument = new Map([
    ['exists', ''],
    ['!exists', ''],
    ['in', '[a, b]'],
    ['!in', '[a, b]'],
  ]);

  it.each(SPELLINGS)('%s is %s', (spelling, operator) => {
    const text = (as: string) => `attribute:x ${as} ${argument.get(operator) ?? 'a'}`;
    expect(parsed(text(spelling))).toEqual(parsed(text(operator)));
  });

  it.each([
    ['runningTasksCount == 0 && agentConnected == true', 'runningTasksCount == 0 and agentConnected == true'],
    ['runningTasksCount == 0 || agentConnected == true', 'runningTasksCount == 0 or agentConnected == true'],
    ['!(runningTasksCount == 0)', 'not (runningTasksCount == 0)'],
    ['! attribute:x exists', 'not attribute:x exists'],
    ['attribute:x==a&&attribute:y!exists', 'attribute:x == a and attribute:y not_exists'],
    ['  attribute:x\n=~\ta.*  ', 'attribute:x matches a.*'],
    ['attribute:x in[a,b]', 'attribute:x in [ a , "b" ]'],
    [`attribute:x == 'a'`, 'attribute:x == "a"'],
    ['((attribute:x == a))', 'attribute:x == a'],
  ])('%s is as %s', (one, other) => {
    expect(parsed(one)).toEqual(parsed(other));
  });

  it.each([
    [`attribute:x == "it's"`, "it's"],
    [`attribute:x == 'a and (b)'`, 'a and (b)'],
    ["attribute:x == ''", ''],
    ['attribute:x == in', 'in'],
    ["attribute:x == 'not'", 'not'],
    ['attribute:x == a\\b', 'a\\b'],
  ])('%s has the value %s', (text, value) => {
    expect(parsed(text)).toMatchObject({ value });
  });

  it.each([
    ['attribute:x =~ t[23]\\..*', 't[23]\\..*'],
    ['attribute:x =~ t2.*|t3.*', 't2.*|t3.*'],
    [`attribute:x =~ '(t2|t3)\\..*'`, '(t2|t3)\\..*'],
    ['(attribute:x =~ a.*)', 'a.*'],
  ])('%s has the pattern %s', (text, pattern) => {
    expect(parsed(text)).toMatchObject({ pattern });
  });
});

describe('precedence', () => {
  it.each([
    [
      'attribute:a exists or attribute:b exists and attribute:c exists',
      'attribute:a exists or (attribute:b exists and attribute:c exists)',
    ],
    [
      'attribute:a exists and attribute:b exists or attribute:c exists',
      '(attribute:a exists and attribute:b exists) or attribute:c exists',
    ],
    ['not attribute:a exists and attribute:b exists', 'not attribute:a exists and attribute:b exists'],
    ['not (attribute:a exists or attribute:b exists)', 'not (attribute:a exists or attribute:b exists)'],
    [
      '(attribute:a exists or attribute:b exists) and attribute:c exists',
      '(attribute:a exists or attribute:b exists) and attribute:c exists',
    ],
    [
      'attribute:a exists and attribute:b exists and attribute:c exists',
      'attribute:a exists and attribute:b exists and attribute:c exists',
    ],
    [
      'attribute:a exists and (attribute:b exists and attribute:c exists)',
      'attribute:a exists and (attribute:b exists and attribute:c exists)',
    ],
  ])('%s is printed as %s', (text, printed) => {
    expect(printExpression(parsed(text))).toBe(printed);
  });
});

describe('what is refused', () => {
  it.each<[string, number, string]>([
    ['', 0, 'found the end, expected attribute:NAME'],
    ['status == ACTIVE', 0, 'found "status", expected attribute:NAME'],
    ['attribute: == a', 0, 'found "attribute:", expected attribute:NAME'],
    ['attribute:x = a', 12, 'found "=", expected an operator for attribute: =='],
    ['attribute:x ==', 14, 'found the end, expected a value'],
    ['attribute:x == and attribute:y exists', 15, 'found "and", expected a value'],
    ['attribute:x == a b', 17, 'found "b", expected and, or, or the end'],
    ['attribute:x == a AND attribute:y exists', 17, 'found "AND", expected and, or'],
    ['attribute:x == (a)', 15, 'found "(", expected a value'],
    ["attribute:x == 'a", 15, `found "'", expected a value`],
    ['attribute:x in a', 15, 'found "a", expected a list in brackets'],
    ['attribute:x in []', 16, 'found "]", expected a value'],
    ['attribute:x in [a b]', 18, 'found "b", expected a comma, or the bracket'],
    ['attribute:x existsand attribute:y exists', 12, 'found "existsand", expected an operator'],
    ['(attribute:x exists', 19, 'found the end, expected and, or, or a parenthesis'],
    ['attribute:x exists)', 18, 'found ")", expected and, or, or the end'],
    ['attribute:x exists and', 22, 'found the end, expected attribute:NAME'],
    ['runningTasksCount =~ 1', 18, 'expected an operator for runningTasksCount: == != > >= < <='],
    ['ec2InstanceId > i-1', 14, 'expected an operator for ec2InstanceId: == != in !in =~ !~'],
    ['runningTasksCount == few', 21, 'found "few", expected a whole number such as 0'],
    ['agentConnected in [true, yes]', 25, 'found "yes", expected true or false'],
    ['agentVersion < new', 15, 'found "new", expected a version such as 1.14.5'],
    ['registeredAt < 2018-02-30', 15, 'found "2018-02-30", expected a date such as'],
    ['registeredAt < 2018-02-13T25:00:00', 15, 'expected a date such as'],
    ['attribute:x =~ (a|b)', 15, 'found "(", expected a pattern; write one with parentheses in quotes'],
    ['attribute:x =~ a(b)', 16, 'found "(", expected and, or, or the end'],
    ["attribute:x =~ 'ab++'", 18, 'the pattern has a possessive quantifier'],
    ['attribute:x =~ a\\1', 16, 'the pattern has \\1'],
  ])('%s at %i', (text, at, message) => {
    expect(parseExpression(text)).toEqual({ ok: false, at, message: expect.stringContaining(message) });
  });

  it('nesting that could overflow the stack', () => {
    const deep = `${'('.repeat(50_000)}attribute:x exists${')'.repeat(50_000)}`;
    expect(parseExpression(deep)).toMatchObject({
      ok: false,
      at: 101,
      message: expect.stringContaining('100 deep'),
    });
    expect(parseExpression('!'.repeat(50_000))).toMatchObject({ ok: false, at: 101 });
  });

  it('more comparisons than a tree can have', () => {
    const long = Array.from({ length: 20_000 }, () => 'attribute:x exists').join(' or ');
    expect(parseExpression(long)).toMatchObject({
      ok: false,
      message: expect.stringContaining('1000 comparisons'),
    });
  });

  it('a value that has no spelling is not printed', () => {
    const tree = { kind: 'equality', subject: { kind: 'task-group' }, operator: '==', value: `'"` } as const;
    expect(() => printExpression(tree)).toThrow('both sorts of quotes');
    const empty = {
      kind: 'membership',
      subject: { kind: 'task-group' },
      negated: false,
      values: [],
    } as const;
    expect(() => printExpression(empty)).toThrow('at least one value');
  });
});
