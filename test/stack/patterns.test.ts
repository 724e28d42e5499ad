import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { matches } from '../eventbridge-pattern.ts';
import { ofType, type Packaged, packageService } from './service.ts';

// The names that the sample events are about.
const policy = `version: 1
draining:
  clusters:
    prod:
      groups: { prod-hosts: { hooks: [stevedore-drain] } }
      triggers: { rebalance: true }
capacity:
  clusters:
    hosts: { groups: [prod-hosts] }
failover:
  services:
    prod/web: { signals: { alarm: web-too-few } }
retagging:
  repositories:
    shop/api:
      promotions:
        staging:
          from: 'main-*'
          to: [staging]
          gates: { scan: { critical: 0 }, running: { service: prod/api-staging }, signature: true }
scaling:
  alarms:
    web-cpu-high: { metric: cpu, threshold: 70, comparison: '>=' }
    web-busy: { metric: cpu, threshold: 70, comparison: '>=' }
  services:
    prod/web:
      min: 1
      max: 9
      policies:
        cpu: { step: { alarm: web-cpu-high, steps: [{ from: 0, by: 1 }] } }
        busy: { step: { alarm: web-busy, steps: [{ from: 0, by: 1 }] } }
`;

let service: Packaged;

beforeAll(() => {
  service = packageService({ policy });
});

/** The rules of the packaged template that let an event through, and the functions that they call. */
function reached(event: unknown, packaged = service) {
  const rules = ofType(packaged, 'AWS::Events::Rule')
    .map(([, rule]) => rule)
    .filter(({ EventPattern }) => EventPattern !== undefined && matches(EventPattern, event));
  const functions = rules.flatMap(({ Targets }) =>
    [...JSON.stringify(Targets).matchAll(/"(\w+)LambdaFunction"/g)].map(([, name]) => name?.toLowerCase()),
  );
  return { rules: rules.map(({ Name }) => String(Name)), functions };
}

const samples = readdirSync('events/samples').map((file) => ({
  name: file.replace('.json', ''),
  event: JSON.parse(readFileSync(`events/samples/${file}`, 'utf8')) as unknown,
}));

/** Past the rules: a topic or queue, an alarm's own action, the schedule, and what is none of our business. */
const past = ({ name }: { readonly name: string }) =>
  /-sns$|-sqs|^alarm-state-change-action|^lifecycle-test|^schedule-tick|^foreign-|^noise-/.test(name);

function functionOf(sample: string): string {
  if (/^(failover-|service-action|deployment-|task-interruption)/.test(sample)) return 'failover';
  if (/^(ecr-image-|inspector-|gate-|retag-)/.test(sample)) return 'retag';
  if (sample === 'placement-failure') return 'capacity';
  return /^(alarm-|scale-)/.test(sample) ? 'scale' : 'drain';
}

describe('a sample event', () => {
  it.each(samples.filter((sample) => !past(sample)))(
    '$name reaches one function by one rule, its own',
    ({ name, event }) => {
      const { rules, functions } = reached(event);

      expect(functions).toEqual([functionOf(name)]);
      expect(name.startsWith(rules[0]?.replace('stevedore-', '') ?? 'no rule')).toBe(true);
    },
  );

  it.each(samples.filter(past))('$name reaches no function by a rule', ({ event }) => {
    expect(reached(event)).toEqual({ rules: [], functions: [] });
  });

  it('is there for every rule', () => {
    const covered = new Set(samples.flatMap(({ event }) => reached(event).rules));
    const patterns = ofType(service, 'AWS::Events::Rule').filter(
      ([, { EventPattern }]) => EventPattern !== undefined,
    );

    expect(patterns.map(([, { Name }]) => Name).filter((name) => !covered.has(String(name)))).toEqual([]);
  });
});

describe('under a policy for other clusters, services, groups, alarms and repositories', () => {
  it('no event that names a cluster, a service, a group, an alarm or a repository gets through', () => {
    const other = packageService({
      policy: policy
        .replace('prod:', 'other:')
        .replace('hosts: { groups', 'elsewhere: { groups')
        .replaceAll('prod/web', 'other/web')
        .replace('prod-hosts', 'other-hosts')
        .replaceAll('web-', 'other-')
        .replace('shop/api', 'other/api')
        .replace('prod/api-staging', 'other/api-staging'),
    });
    const named = samples.filter(({ name }) =>
      /^(lifecycle-terminate|container-instance|task-|alarm-state|service-action|placement-|deployment-|failover-alarm|ecr-image|inspector-|gate-)/.test(
        name,
      ),
    );

    expect(named.length).toBeGreaterThan(5);
    expect(named.flatMap(({ event }) => reached(event, other).rules)).toEqual([]);
  });
});
