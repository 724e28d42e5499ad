import { describe, expect, it } from 'vitest';
import { evaluate, type MissingDataRule } from '../../simulator/cloudwatch/missing.ts';

const TREATMENTS: readonly MissingDataRule[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** `X` breaches, `0` does not, `-` is missing; the oldest comes first, as in the tables of the user guide. */
const read = (range: string) => [...range].map((letter) => (letter === '-' ? undefined : letter === 'X'));

const states = (range: string, datapointsToAlarm: number) =>
  TREATMENTS.map((treatMissingData) =>
    evaluate(read(range), { evaluationPeriods: 3, datapointsToAlarm, treatMissingData }),
  );

// CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": both tables.
describe('an alarm of 3 evaluation periods that looks at 5', () => {
  it.each([
    ['0-X-X', ['OK', 'OK', 'OK', 'OK']],
    ['0----', ['OK', 'OK', 'OK', 'OK']],
    ['-----', ['INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK']],
    ['0XX-X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['--X--', ['ALARM', 'retain', 'ALARM', 'OK']],
  ])('3 of 3 with %s: missing, ignore, breaching, notBreaching make %j', (range, expected) => {
    expect(states(range, 3)).toEqual(expected);
  });

  it.each([
    ['0-X-X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['00X0X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0-X--', ['OK', 'OK', 'ALARM', 'OK']],
    ['----0', ['OK', 'OK', 'ALARM', 'OK']],
    ['---X-', ['ALARM', 'retain', 'ALARM', 'OK']],
  ])('2 of 3 with %s: missing, ignore, breaching, notBreaching make %j', (range, expected) => {
    expect(states(range, 2)).toEqual(expected);
  });

  it('does not take the first datapoint of a metric that begins for an alarm', () => {
    expect(states('----X', 3)).toEqual(['retain', 'retain', 'ALARM', 'OK']);
  });
});
