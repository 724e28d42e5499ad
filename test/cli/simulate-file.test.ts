import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../../cli/simulate/happenings.ts';
import { loadScenario, readScenario, scenarioJsonSchemaText } from '../../cli/simulate/load.ts';
import { SCENARIO } from './simulating.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

/** The errors of a scenario's text, without the name of the file. */
function errorsOf(text: string): string[] {
  try {
    readScenario(() => text, 'shop.yml');
    return [];
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .split('\n')
      .map((line) => line.replace('shop.yml:', ''));
  }
}

/** The scenario of the tests, whose events begin on line 15. */
const withEvents = (...events: readonly string[]) =>
  SCENARIO.replace(/ {2}- .*\n$/, events.map((event) => `  - ${event}\n`).join(''));

describe('a scenario file', () => {
  it('fills in what is not said', () => {
    const { startsAt, seed, lengthMs, clusters } = readScenario(() => SCENARIO, 'shop.yml');

    expect({ startsAt, seed, lengthMs }).toEqual({
      startsAt: Date.UTC(2026, 10, 21, 14),
      seed: 1,
      lengthMs: 8 * 60_000,
    });
    expect(clusters.shop?.groups['shop-ecs']).toEqual({
      instances: 4,
      min: 2,
      type: 'm7g.large',
      cpu: 2048,
      memory: 7680,
      spot: false,
      hooks: { 'stevedore-drain': { heartbeat: 300_000, default: 'CONTINUE' } },
    });
  });

  it.each([
    [
      'a misspelt key',
      SCENARIO.replace('events:', 'evnets:'),
      /^14:1: evnets: found an unknown key - did you mean events\?/,
    ],
    [
      'a length without a unit',
      SCENARIO.replace('8m', '8'),
      /^4:9: length: found number 8, expected a duration from 1m to 48h/,
    ],
    [
      'no cluster',
      SCENARIO.replace(/clusters:[\s\S]*alarms/, 'clusters: {}\nalarms'),
      /^5:1: clusters: found an empty map, expected at least one cluster/,
    ],
    [
      'an unknown metric',
      SCENARIO.replace('metric: cpu', 'metric: ram'),
      /^13:42: alarms\.web-busy\.metric: found "ram", expected cpu, requests/,
    ],
    [
      'an alarm without a threshold',
      SCENARIO.replace(', above: 90', ''),
      /^13:3: alarms\.web-busy: found a map, expected exactly one of above, atLeast, below, atMost/,
    ],
    [
      'an alarm on a queue that is not there',
      SCENARIO.replace('metric: cpu', 'metric: messages'),
      /^13:42: alarms\.web-busy\.metric: found "messages", expected cpu or requests, for shop\/web has no queue/,
    ],
    [
      'an alarm on a service without load',
      SCENARIO.replace('service: shop/web', 'service: shop/x'),
      /^13:24: .*found "shop\/x", expected a service with a load, .*: shop\/web$/,
    ],
    [
      'a daemon on Fargate',
      SCENARIO.replace('daemon: true', 'daemon: true, launchType: FARGATE'),
      /^11:7: .*node-exporter: found a map, expected a daemon on EC2/,
    ],
  ])('names the place of %s', (_, text, expected) => {
    const [first = ''] = errorsOf(text);
    expect(first).toMatch(expected);
  });

  it.each([
    [
      'nothing that happens',
      '{ at: 1m }',
      /^15:5: events\.0: found a map, expected a time and exactly one of scale, interrupt/,
    ],
    [
      'two things at once',
      '{ at: 1m, deploy: shop/web, stop: shop-ecs/1 }',
      /^15:5: events\.0: found a map, expected a time and exactly one/,
    ],
    [
      'an event that is none',
      '{ at: 1m, scal: { group: shop-ecs, to: 2 } }',
      /^15:15: events\.0\.scal: found an unknown key - did you mean scale\?/,
    ],
    [
      'a group that is not there',
      '{ at: 1m, scale: { group: shop, to: 2 } }',
      /^15:31: events\.0\.scale\.group: found "shop", expected one of this file: shop-ecs/,
    ],
    [
      'a size beyond the group',
      '{ at: 1m, scale: { group: shop-ecs, to: 9 } }',
      /^15:45: .*expected a number from 2 to 8, the min and max of shop-ecs/,
    ],
    [
      'a host of no group',
      '{ at: 1m, stop: other/1 }',
      /^15:21: events\.0\.stop: found "other\/1", expected one of this file: shop-ecs/,
    ],
    [
      'a host without its number',
      '{ at: 1m, stop: shop-ecs }',
      /^15:21: events\.0\.stop: found "shop-ecs", expected an Auto Scaling group and which/,
    ],
    [
      'an interruption of what is not Spot',
      '{ at: 1m, interrupt: shop-ecs/1 }',
      /^15:26: .*expected a group with spot: true/,
    ],
    [
      'an event after the end',
      '{ at: 9m, deploy: shop/web }',
      /^15:11: events\.0\.at: found "9m", expected at most the length of the scenario, 8m/,
    ],
    [
      'an order to scale both a service and a group',
      '{ at: 1m, order: { scale: { service: shop/web, group: shop-ecs, to: 2 } } }',
      /^15:24: events\.0\.order\.scale: found a map, expected a service or a group and how many/,
    ],
    [
      'an order to scale a service that is not there',
      '{ at: 1m, order: { scale: { service: shop/api, to: 2 } } }',
      /^15:42: events\.0\.order\.scale\.service: found "shop\/api", expected one of this file: shop\/web, shop\/node-exporter/,
    ],
    [
      'an order to scale a group that is not there',
      '{ at: 1m, order: { scale: { group: shop, to: 2 } } }',
      /^15:40: events\.0\.order\.scale\.group: found "shop", expected one of this file: shop-ecs/,
    ],
    [
      'an order without a verb',
      '{ at: 1m, order: { by: me } }',
      /^15:15: events\.0\.order: found a map, expected exactly one order/,
    ],
    [
      'an order for a tag that is not there',
      "{ at: 1m, order: { promote: 'shop/api:x' } }",
      /expected one of this file: none is there/,
    ],
  ])('refuses %s', (_, event, expected) => {
    const [first = ''] = errorsOf(withEvents(event));
    expect(first).toMatch(expected);
  });

  it('wants events in order of time', () => {
    expect(errorsOf(withEvents('{ at: 3m, deploy: shop/web }', '{ at: 2m, deploy: shop/web }'))).toEqual([
      '16:11: events.1.at: found "2m", expected 3m or later: in order of time',
    ]);
  });

  it('tells every error at once', () => {
    expect(errorsOf(SCENARIO.replace('title:', 'titel:').replace('8m', 'long'))).toHaveLength(3);
  });
});

describe('the examples', () => {
  const files = readdirSync(EXAMPLES).filter((name) => existsBeside(name));

  it.each(files)('%s is right, and so is its policy', (name) => {
    const { spec, policy } = loadScenario(join(EXAMPLES, name));
    expect(spec.events.length).toBeGreaterThan(0);
    expect(policy.version).toBe(1);
  });

  it('are four', () => {
    expect(files).toEqual(['drain.yml', 'drought.yml', 'sale.yml', 'spike.yml']);
  });
});

const existsBeside = (name: string) =>
  /^\w+\.yml$/.test(name) && readdirSync(EXAMPLES).includes(name.replace('.yml', '.policy.yml'));

describe('docs/cli.md', () => {
  it('shows a scenario that is right', () => {
    const page = readFileSync('docs/cli.md', 'utf8');
    const [, yaml = ''] = /```yaml\n(# yaml-language-server: \$schema=scenario[\s\S]*?)```/.exec(page) ?? [];

    expect(errorsOf(yaml)).toEqual([]);
  });
});

describe('the JSON Schema of scenario files', () => {
  it('is the one in examples/', () => {
    const file = readFileSync(join(EXAMPLES, 'scenario.schema.json'), 'utf8');
    // If not: npx stevedore simulate --schema > examples/scenario.schema.json
    expect(file).toBe(scenarioJsonSchemaText());
  });

  it('describes every kind of event', () => {
    const { properties } = JSON.parse(scenarioJsonSchemaText());
    expect(Object.keys(properties.events.items.properties)).toEqual(['at', 'what', ...KINDS]);
  });
});
