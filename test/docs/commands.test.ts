import { readFileSync } from 'node:fs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../cli/doctor/checks.ts';
import { verbNames } from '../../cli/verbs.ts';
import * as drainOrder from '../../events/drain-order.ts';
import type { EventPattern, PatternScope } from '../../events/envelope.ts';
import * as failoverOrder from '../../events/failover-order.ts';
import * as retagOrder from '../../events/retag-order.ts';
import * as scaleOrder from '../../events/scale-order.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { controlIn } from '../../lib/state/dynamodb-marks.ts';
import { prose } from './pages.ts';

const readme = readFileSync('README.md', 'utf8');
const page = (name: string) => readFileSync(`docs/${name}.md`, 'utf8');

describe('README.md', () => {
  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const pages = `${readme}\n${readFileSync('CONTRIBUTING.md', 'utf8')}\n${readFileSync('docs/architecture.md', 'utf8')}`;
    const named = [...pages.matchAll(/npm (?:run ([\w:-]+)|(start|test))\b/g)].map(
      ([, run, short]) => run ?? short ?? '',
    );

    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('shows a policy that is valid', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];

    expect(parsePolicy(yaml, 'README.md')).toMatchObject({
      ok: true,
      policy: { draining: { mode: 'observe' } },
    });
  });

  it('names every verb of the command, and how many traps the doctor knows', () => {
    const [, section = ''] = /## The command\n([\s\S]*?)\n## /.exec(readme) ?? [];
    const named = new Set([...section.matchAll(/`([a-z]+)`/g)].map(([, verb]) => verb));

    expect(verbNames.filter((verb) => !named.has(verb))).toEqual([]);
    expect(section).toContain(`${CHECKS.length} traps`);
  });

  it('leaves room for the figures of the bench', () => {
    expect(prose(readme)).toMatch(/<!-- bench:begin -->\n[\s\S]*<!-- bench:end -->/);
  });
});

interface Order {
  readonly pattern: (scope: PatternScope) => EventPattern;
  readonly parse: (raw: unknown) => unknown;
}

const verbs = (...names: readonly string[]) => names.map((verb) => ({ verb }));

describe.each<[string, Order, readonly object[]]>([
  ['draining', drainOrder, verbs('drain', 'release')],
  ['scaling', scaleOrder, [{ target: 'service/prod/web', count: 10 }]],
  ['failover', failoverOrder, verbs('fail-over', 'fail-back', 'reset')],
  ['retagging', retagOrder, verbs('promote', 'rollback', 'approve', 'release')],
])('docs/%s.md', (name, { parse, pattern }, orders) => {
  it('shows orders that the function reads', () => {
    const entries = [...page(name).matchAll(/put-events --entries '(\[[\s\S]*?\])'/g)].flatMap(
      ([, json = '']) => JSON.parse(json) as { Source: string; DetailType: string; Detail: string }[],
    );
    const read = entries.map(({ Source, DetailType, Detail }) =>
      parse({
        id: 'a',
        account: '111122223333',
        region: 'eu-west-1',
        time: '2026-11-21T14:00:00Z',
        source: Source,
        'detail-type': DetailType,
        detail: JSON.parse(Detail),
      }),
    );

    expect(read).toMatchObject(orders.map((event) => ({ event })));
    const nothing = {
      clusters: [],
      groups: [],
      hooks: [],
      alarms: [],
      services: [],
      repositories: [],
      tags: [],
    };
    const { source } = pattern(nothing);
    expect(entries.map(({ Source }) => [Source])).toEqual(orders.map(() => source));
  });
});

describe.each(['draining', 'scaling', 'failover', 'retagging'])('docs/%s.md', (name) => {
  it('shows the item of the kill switch as the code writes and reads it', async () => {
    const sent: { input: { Item?: object; Key?: object } }[] = [];
    const client = { send: async (command: (typeof sent)[number]) => void sent.push(command) };
    const control = controlIn({
      client: client as unknown as DynamoDBClient,
      name: 'stevedore',
      clock: { now: () => 0, sleep: async () => undefined },
      random: () => 0,
    });
    await control.pause(name, 'jo', 1_795_269_600_000);
    await control.resume(name);
    const shown = (option: string) =>
      JSON.parse(
        new RegExp(`--${option}[^']*'(.*)'`).exec(page(name))?.[1]?.replace(/'\$\(.*\)'/, '1795269600000') ??
          'null',
      );

    expect(shown('item')).toEqual(sent[0]?.input.Item);
    expect(shown('key')).toEqual(sent[1]?.input.Key);
  });
});

describe.each(['failover', 'retagging'])('docs/%s.md', (name) => {
  it('shows a policy to start from that is valid, and changes nothing', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page(name)) ?? [];

    expect(parsePolicy(yaml, `docs/${name}.md`)).toMatchObject({
      ok: true,
      policy: { [name]: { mode: 'observe' } },
    });
  });
});
