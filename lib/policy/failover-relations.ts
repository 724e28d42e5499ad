import { durationText } from './duration.ts';
import { compared } from './failover-schema.ts';
import { type Finding, mapIn, parsed, valueIn } from './raw.ts';

type Path = readonly PropertyKey[];

/** What no single value of the `failover` section can tell. Looks at the file as it was written (relations.ts). */
export function failoverFindings(file: unknown): Finding[] {
  if (valueIn(file, 'failover') === undefined) return [];
  const failover = mapIn(file, 'failover');
  const services = Object.entries(mapIn(failover, 'services'));
  const migrations = Object.entries(mapIn(failover, 'migrations'));
  if (services.length + migrations.length === 0) {
    const expected = 'at least one service or migration';
    return [{ path: ['failover'], at: 'value', found: 'nothing to fail over', expected }];
  }
  const scaled = Object.keys(mapIn(mapIn(file, 'scaling'), 'services'));
  return [
    ...services.flatMap(([id, body]) => stepFindings(['failover', 'services', id, 'return', 'steps'], body)),
    ...pairedFindings(services, scaled),
    ...breakerFindings(mapIn(failover, 'breaker')),
    ...migrations.flatMap(([cluster, body]) => weightFindings(['failover', 'migrations', cluster], body)),
    ...movedFindings(migrations, services),
  ];
}

function stepFindings(path: Path, service: unknown): Finding[] {
  const steps = parsed(compared.steps, valueIn(valueIn(service, 'return'), 'steps'));
  if (steps === undefined) return [];
  const text = steps.map((step) => `${step}%`).join(', ');
  const findings: Finding[] = [];
  if (steps.some((step, index) => step <= (steps[index - 1] ?? 0)))
    findings.push({
      path,
      at: 'value',
      found: text,
      expected: 'steps that rise, each above the one before it',
    });
  if (steps.at(-1) !== 100)
    findings.push({
      path,
      at: 'value',
      found: text,
      expected: '100% as the last step, or it would never be back',
    });
  return findings;
}

/** A paired service has the count that the deficit gives it, so that nothing else may set it or its strategy. */
function pairedFindings(services: readonly [string, unknown][], scaled: readonly string[]): Finding[] {
  const owners = new Map<string, string>();
  return services.flatMap(([id, body]): Finding[] => {
    const name = valueIn(body, 'paired');
    if (typeof name !== 'string' || name === 'none') return [];
    const paired = `${id.slice(0, id.indexOf('/'))}/${name}`;
    const owner = owners.get(paired);
    owners.set(paired, owner ?? id);
    const wrong = (found: string, expected: string): Finding[] => [
      { path: ['failover', 'services', id, 'paired'], at: 'value', found, expected },
    ];
    if (paired === id)
      return wrong('the service itself', 'another service of the cluster, on on-demand capacity');
    if (services.some(([other]) => other === paired))
      return wrong(
        `${paired}, which is itself failed over`,
        'a service that failover.services does not name',
      );
    if (owner !== undefined)
      return wrong(`${paired}, which is paired with ${owner} as well`, 'one of its own');
    if (scaled.includes(paired))
      return wrong(`${paired}, which is scaled as well`, 'a service that scaling.services does not name');
    return [];
  });
}

function breakerFindings(breaker: object): Finding[] {
  const path = ['failover', 'breaker'];
  const findings: Finding[] = [];
  const first = parsed(compared.coolOff, valueIn(breaker, 'coolOff'));
  const most = parsed(compared.mostCoolOff, valueIn(breaker, 'most'));
  if (first !== undefined && most !== undefined && most < first) {
    const written = valueIn(breaker, 'most') !== undefined;
    const expected = written
      ? `at least the coolOff of ${durationText(first)}`
      : `at most ${durationText(most)}, or a longer most`;
    const found = durationText(written ? most : first);
    findings.push({ path: [...path, written ? 'most' : 'coolOff'], at: 'value', found, expected });
  }
  return findings;
}

function weightFindings(path: Path, migration: unknown): Finding[] {
  const weights = ['onDemandWeight', 'spotWeight'].map((key) =>
    parsed(compared.weight, valueIn(migration, key)),
  );
  if (weights[0] !== 0 || (weights[1] ?? 0) !== 0) return [];
  const expected = 'at least one weight above 0, as ECS does';
  return [{ path: [...path, 'onDemandWeight'], at: 'value', found: 'both weights 0', expected }];
}

/** A service is moved once, and not failed over by one part while the other moves it. */
function movedFindings(
  migrations: readonly [string, unknown][],
  services: readonly [string, unknown][],
): Finding[] {
  const failedOver = new Set(
    services.flatMap(([id, body]) => {
      const paired = valueIn(body, 'paired');
      return [id, ...(typeof paired === 'string' ? [`${id.slice(0, id.indexOf('/'))}/${paired}`] : [])];
    }),
  );
  return migrations.flatMap(([cluster, body]) => {
    const list = valueIn(body, 'services');
    if (!Array.isArray(list)) return [];
    return list.flatMap((name: unknown, index): Finding[] => {
      const path = ['failover', 'migrations', cluster, 'services', index];
      if (list.indexOf(name) < index)
        return [
          { path, at: 'value', found: `${String(name)} for the second time`, expected: 'each service once' },
        ];
      if (!failedOver.has(`${cluster}/${String(name)}`)) return [];
      const found = `${String(name)}, which failover.services names as well`;
      return [
        { path, at: 'value', found, expected: 'a service that is not failed over until it has been moved' },
      ];
    });
  });
}
