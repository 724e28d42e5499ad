import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Connect } from '../../cli/account.ts';
import type { Deployed } from '../../cli/deployed.ts';
import type { Place } from '../../cli/options.ts';
import { createPlan } from '../../cli/plan.ts';
import { policyDocument } from '../../lib/policy/document.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import type { World } from '../../simulator/world.ts';
import { fargateWorld, SPOT } from '../simulator/fargate-world.ts';
import { connectTo as connect, type Kept, runWith } from './account.ts';

export const BY_DIGEST = `registry.example/web@sha256:${'a'.repeat(64)}`;

const directory = mkdtempSync(join(tmpdir(), 'stevedore-plan-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

/** The path of a policy file with this text. */
export function policyFile(text: string): string {
  files += 1;
  const file = join(directory, `policy-${files}.yml`);
  writeFileSync(file, text);
  return file;
}

/** What the account of a test has besides what is simulated. */
export interface Besides {
  /** The records of a deployment; an empty table, unless given. */
  readonly store?: Kept['store'];
  /** What is deployed; what the policy file says, unless given. */
  readonly deployed?: Deployed;
}

/** Reaches a world, without anything that writes. */
export const connectTo = (world: World, { store }: Besides = {}, asked?: (place: Place) => void): Connect =>
  connect(world, { store: store ?? createMemoryStore<never, never>(world.clock), sinks: [] }, asked);

/** Runs `stevedore plan` in a world as it would run against an account; `columns` of the terminal, if it is one. */
export async function runPlan(
  world: World,
  args: readonly string[],
  columns?: number,
  besides: Besides = {},
) {
  const asked: Place[] = [];
  const file = args[args.indexOf('--policy') + 1] ?? '';
  const same = (): Deployed => ({ kind: 'policy', document: policyDocument(readFileSync(file, 'utf8')) });
  const plan = createPlan(
    connectTo(world, besides, (place) => asked.push(place)),
    async () => besides.deployed ?? same(),
  );
  return { ...(await runWith({ plan }, ['plan', ...args], columns)), asked };
}

/** A cluster `prod` with what a test puts into it, and plans for failover sections of a policy, in YAML. */
export function account() {
  const made = fargateWorld();
  const { world } = made;
  const plan = (yaml: string): string => {
    const lines = yaml.split('\n').map((line) => `  ${line}`);
    return policyFile(['version: 1', 'failover:', ...lines].join('\n'));
  };
  const run = (yaml: string, ...args: readonly string[]) =>
    runPlan(world, ['--policy', plan(yaml), '--region', 'eu-west-1', '--stack', 'none', ...args]);
  return {
    ...made,
    run,
    plan,
    /** A service of four tasks on Spot whose image is named by digest: one that can fail over. */
    addService: (spec: Partial<ServiceSpec> = {}) =>
      world.ecs.addService({
        cluster: 'prod',
        name: 'web',
        desired: 4,
        capacityProviderStrategy: SPOT,
        image: BY_DIGEST,
        ...spec,
      }),
    async checks(yaml: string) {
      const { code, out } = await run(yaml, '--json');
      const { checks } = JSON.parse(out) as { checks: Record<string, unknown>[] };
      return { code, checks };
    },
  };
}
