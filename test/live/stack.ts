import assert from 'node:assert/strict';
import { functionNames } from '../../lib/policy/compile.ts';
import { arn } from './aws.ts';
import { type Case, failedOnPurpose } from './cases.ts';
import { STACK } from './names.ts';
import { listRules, stopClock } from './rules.ts';

/** What has been deployed, before anything happens. */
export const casesBefore: readonly Case[] = [
  {
    capability: 'stack',
    name: 'each rule calls a function, and has a queue for what it cannot deliver',
    async run(aws) {
      const functions = functionNames.map((name) => arn('lambda', `function:${STACK}-${name}`));
      const queue = arn('sqs', `${STACK}-undelivered-events`);
      const rules = await listRules(aws);
      assert.ok(rules.length > functionNames.length);
      for (const { Name, State, Targets } of rules) {
        assert.equal(State, 'ENABLED', Name);
        assert.equal(Targets.length, 1, Name);
        assert.ok(functions.includes(Targets[0]?.Arn ?? ''), `${Name} calls ${Targets[0]?.Arn}`);
        assert.equal(Targets[0]?.DeadLetterConfig?.Arn, queue, Name);
      }
    },
  },
  {
    capability: 'stack',
    name: 'each function is called every minute',
    async run(aws) {
      const scheduled = (await listRules(aws)).filter(({ ScheduleExpression }) => ScheduleExpression);
      const found = scheduled.map(
        ({ ScheduleExpression, Targets }) => `${Targets[0]?.Arn?.split(':').at(-1)} ${ScheduleExpression}`,
      );
      assert.deepEqual(
        found.toSorted(),
        functionNames.map((name) => `${STACK}-${name} rate(1 minute)`).toSorted(),
      );
      await stopClock(aws);
    },
  },
];

/** About the whole, when all is over. */
export const casesAfter: readonly Case[] = [
  {
    capability: 'stack',
    name: 'no event has failed but those that were made to',
    async run(aws) {
      const failed = await aws.messages('failed-events');
      const unexpected = failed.filter(({ requestPayload }) => !failedOnPurpose.has(requestPayload.id));
      assert.deepEqual(unexpected, []);
      assert.deepEqual(await aws.messages('undelivered-events'), []);
    },
  },
];
