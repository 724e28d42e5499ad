import type { EpochMs } from '../clock.ts';
import { ruleConflicts } from '../retagging/loops.ts';
import { hopOf } from './compile-retagging.ts';
import { nextRuns } from './cron.ts';
import { type Finding, mapIn, parsed, valueIn } from './raw.ts';
import { compared } from './retagging-schema.ts';
import { cron, repositoryNames, serviceIds, timeZone } from './values.ts';

type Path = readonly PropertyKey[];

/** A promotion as it was written, and where. */
interface Promotion {
  readonly repository: string;
  readonly name: string;
  readonly body: unknown;
  readonly path: Path;
}

/** What no single value of the `retagging` section can tell. Looks at the file as it was written (relations.ts). */
export function retaggingFindings(file: unknown, now: EpochMs): Finding[] {
  const repositories = Object.entries(mapIn(mapIn(file, 'retagging'), 'repositories'));
  const promotions = repositories.flatMap(([repository, own]) =>
    Object.entries(mapIn(own, 'promotions')).map(([name, body]): Promotion => {
      const path = ['retagging', 'repositories', repository, 'promotions', name];
      return { repository, name, body, path };
    }),
  );
  return [
    ...conflictFindings(promotions),
    ...promotions.flatMap((promotion) => [
      ...orderFindings(promotion),
      ...scheduleFindings(promotion, now),
      ...triggerFindings(promotion),
      ...scanFindings(promotion),
      ...deployFindings(promotion),
    ]),
  ];
}

/** Each loop is told once, at what one of its rules gives; a tag of two rules at the second. */
function conflictFindings(promotions: readonly Promotion[]): Finding[] {
  const rules = promotions.flatMap(({ repository, name, body, path }) => {
    const [from, to] = [
      parsed(compared.from, valueIn(body, 'from')),
      parsed(compared.to, valueIn(body, 'to')),
    ];
    const known = parsed(repositoryNames, repository);
    if (from === undefined || to === undefined || known === undefined) return [];
    return [{ path, rule: hopOf(known, name, from, to) }];
  });
  return ruleConflicts(rules.map(({ rule }) => rule)).map(({ kind, rules: ids, sentence }): Finding => {
    const at = kind === 'loop' ? ids[0] : ids.at(-1);
    const path = rules.find(({ rule }) => rule.id === at)?.path ?? ['retagging'];
    const [found, expected] =
      kind === 'loop'
        ? ['a way back to where it began', 'tags that lead nowhere twice']
        : ['a tag that was given before', 'each tag once'];
    return { path: [...path, 'to'], at: 'value', found, expected: `${expected}. ${sentence}` };
  });
}

function orderFindings({ body, path }: Promotion): Finding[] {
  const from = parsed(compared.from, valueIn(body, 'from'));
  if (valueIn(body, 'order') !== 'highest-version' || from === undefined || from.kind === 'semver') return [];
  const expected = "pushed-last, or a source such as { semver: '*' }: other tags are no versions";
  return [{ path: [...path, 'order'], at: 'value', expected }];
}

function scheduleFindings({ body, path }: Promotion, now: EpochMs): Finding[] {
  const schedule = valueIn(body, 'schedule');
  const expression = parsed(cron, valueIn(schedule, 'cron'));
  if (expression === undefined) return [];
  const zone = parsed(timeZone, valueIn(schedule, 'timeZone')) ?? 'UTC';
  const findings: Finding[] = [];
  const runs = nextRuns(expression, zone, now);
  if ('expected' in runs) findings.push({ path: [...path, 'schedule', 'cron'], at: 'value', ...runs });
  // Whoever writes a schedule most likely wants no other time.
  if (valueIn(body, 'on') === undefined) {
    const expected =
      'on: [] beside it for these times only, or on: [push] for pushes too, which it promotes at once by default';
    findings.push({ path: [...path, 'schedule'], at: 'value', found: 'a schedule alone', expected });
  }
  return findings;
}

/** Events that could bring nothing. */
function triggerFindings({ body, path }: Promotion): Finding[] {
  const on = parsed(compared.on, valueIn(body, 'on'));
  const gates = valueIn(body, 'gates');
  const lacks = (gate: string) => [undefined, 'none'].some((nothing) => valueIn(gates, gate) === nothing);
  return (on ?? []).flatMap((event, index): Finding[] => {
    const wrong = (expected: string): Finding[] => [{ path: [...path, 'on', index], at: 'value', expected }];
    if (event === 'scan' && lacks('scan'))
      return wrong('gates.scan beside it, or a scan would promote whatever it has found');
    if (event === 'deployment' && lacks('running'))
      return wrong('gates.running beside it: of which service else');
    return [];
  });
}

/** A gate that is always open looks as if it did something. */
function scanFindings({ body, path }: Promotion): Finding[] {
  const scan = valueIn(valueIn(body, 'gates'), 'scan');
  const limits = Object.keys(typeof scan === 'object' && scan !== null ? scan : {});
  if (valueIn(scan, 'withoutResult') !== 'allow' || limits.length > 1) return [];
  const expected = 'a limit such as critical: 0, or withoutResult: refuse: as it is, it is always open';
  return [{ path: [...path, 'gates', 'scan'], at: 'value', found: 'no limit', expected }];
}

function deployFindings({ body, path }: Promotion): Finding[] {
  const deploy = parsed(compared.deploy, valueIn(body, 'deploy')) ?? [];
  const running = parsed(serviceIds, valueIn(valueIn(valueIn(body, 'gates'), 'running'), 'service'));
  const all = (id: string) => `${id.slice(0, id.indexOf('/'))}/*`;
  const findings = deploy.flatMap((id, index): Finding[] => {
    const other = deploy.find((one, at) => (one === id && at < index) || (one !== id && one === all(id)));
    if (other === undefined) return [];
    const found = other === id ? `${id} for the second time` : `${id}, which ${other} means as well`;
    return [{ path: [...path, 'deploy', index], at: 'value', found, expected: 'each service once' }];
  });
  const own = deploy.find((id) => running !== undefined && (id === running || id === all(running)));
  if (own !== undefined) {
    const found = `${running}, which gets the image only by this promotion (deploy: ${own})`;
    const expected = 'a service that runs it before, or the gate would never open';
    findings.push({ path: [...path, 'gates', 'running', 'service'], at: 'value', found, expected });
  }
  return findings;
}
