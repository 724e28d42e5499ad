import * as fc from 'fast-check';
import { it } from 'vitest';
import type { AwsPolicy } from '../../cli/init/snapshot.ts';
import { draftOf } from '../../cli/init/write.ts';
import { compileText } from '../../cli/policy-file.ts';
import { group, service, snapshot } from './doctoring.ts';
import { account, alarm } from './initing.ts';

const ODD = [
  'a: b',
  '# c',
  "it's",
  '"',
  '\\',
  '*',
  '{',
  '}',
  '[',
  ']',
  ',',
  '&a',
  '!x',
  '%',
  '@',
  '|',
  '>',
  '- ',
  '? ',
  '~',
  'null',
  'true',
  'on',
  '1e3',
  '0x1',
  '\n',
  '\r',
  '\t',
  '\u2028',
  '\u0085',
  'ü',
  '🚢',
  '$',
  ' ',
];
const names = fc
  .array(fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'grapheme', maxLength: 6 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''));
const SPOT = [{ provider: 'FARGATE_SPOT', base: 0, weight: 1 }];

it('whatever names there are, the file loads, and what is not taken stays a comment', () => {
  fc.assert(
    fc.property(names, names, names, names, names, (one, other, hooked, watched, policy) => {
      const groups = [one, other].map((name) =>
        group({ name, hooks: [{ name: name === one ? 'stevedore-drain' : hooked, longestMs: 1 }] }),
      );
      const services = [service({ name: one }), service({ name: 'spot', strategy: SPOT, launchType: null })];
      const busy = alarm({
        name: watched,
        metric: {
          namespace: 'AWS/ECS',
          name: 'CPUUtilization',
          dimensions: { ClusterName: 'prod', ServiceName: one },
          stat: 'Average',
        },
      });
      const theirs: AwsPolicy = {
        name: policy,
        kind: 'step',
        alarms: [watched],
        adjustment: 'change',
        steps: [{ from: 0, to: null, by: 1 }],
        minMagnitude: null,
        cooldownMs: null,
      };
      const seen = account([snapshot({ groups, services })], {
        alarms: new Map([[watched, busy]]),
        groupPolicies: new Map([[other, [theirs]]]),
        scalable: new Map([[`prod/${other}`, { min: 1, max: 2, policies: [theirs] }]]),
      });

      const { text } = draftOf(seen);

      const { failover, scaling } = compileText(text, 'odd.yml').runtime;
      return (
        failover.services.length === 1 && scaling.targets.every(({ target }) => target.kind === 'service')
      );
    }),
    { numRuns: 300 },
  );
});
