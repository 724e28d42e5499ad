import fc from 'fast-check';
import { compilePolicy } from '../../lib/policy/compile.ts';
import { formatPolicyError, parsePolicy } from '../../lib/policy/load.ts';
import type { Policy } from '../../lib/policy/schema.ts';

/** The policy of a text that has to be right. */
export function policyOf(text: string): Policy {
  const loaded = parsePolicy(text, 'policy.yml');
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  return loaded.policy;
}

/** One cluster `prod` with the group `prod-ecs`, and these lines of its body. */
export const oneCluster = (lines: readonly string[] = [], group = '{ prod-ecs: {} }', mode = 'act') =>
  compilePolicy(
    policyOf(`version: 1
draining:
  mode: ${mode}
  clusters:
    prod:
      groups: ${group}
${lines.map((line) => `      ${line}\n`).join('')}`),
  );

const clusterName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
const groupName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._/@+=,#-]{0,20}$/);
const hookName = fc.stringMatching(/^[A-Za-z0-9/_-]{1,20}$/);
const minutes = (min: number, max: number) => fc.integer({ min, max }).map((count) => `${count}m`);
const orNever = (duration: fc.Arbitrary<string>) => fc.oneof(fc.constant('never'), duration);
const share = (min: number, max: number) => fc.integer({ min, max }).map((percent) => `${percent}%`);
const some = <Shape extends object>(shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) =>
  fc.record(shape, { requiredKeys: [] });

const body = some({
  triggers: some({
    spotInterruption: fc.boolean(),
    rebalance: fc.boolean(),
    maintenance: fc.oneof(fc.constant(false as const), some({ leadTime: minutes(1, 20_160) })),
    directTermination: fc.boolean(),
  }),
  deadline: minutes(11, 2_880),
  atDeadline: fc.constantFrom('continue', 'abandon', 'stop-tasks'),
  stopGrace: minutes(0, 60),
  standaloneTasks: fc.oneof(fc.constantFrom('wait', 'refuse'), fc.record({ stopAfter: minutes(0, 10) })),
  spot: some({ stopTasksBefore: orNever(fc.integer({ min: 1, max: 110 }).map((count) => `${count}s`)) }),
  limits: some({
    draining: fc.oneof(fc.integer({ min: 1, max: 500 }), share(1, 100)),
    keepActive: fc.oneof(fc.nat(500), share(0, 99)),
  }),
  settle: minutes(0, 10),
  ghosts: some({ terminatedAfter: orNever(minutes(1, 10_080)), stoppedAfter: orNever(minutes(1, 10_080)) }),
});

/** Policy files that are right, as the plain values of their YAML: one to four clusters, any settings. */
export const policyFiles = fc
  .uniqueArray(
    fc.tuple(
      clusterName,
      fc.array(groupName, { minLength: 1, maxLength: 3 }),
      fc.array(hookName, { maxLength: 2 }),
      body,
    ),
    {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name,
    },
  )
  .chain((clusters) =>
    fc.record({ mode: fc.constantFrom('act', 'observe') }).map(({ mode }) => ({
      version: 1,
      draining: { mode, clusters: Object.fromEntries(clusters.map(toCluster)) },
    })),
  );

interface ClusterFile {
  readonly groups: Readonly<Record<string, { readonly hooks: readonly string[] }>>;
}

// A group belongs to one cluster only: its index tells the clusters' groups apart.
function toCluster(
  [name, groups, hooks, rest]: [string, string[], string[], object],
  index: number,
): [string, ClusterFile] {
  const entries = groups.map((group) => [`${group}-${index}`, { hooks: [...new Set(hooks)] }] as const);
  return [name, { groups: Object.fromEntries(entries), ...rest }];
}
