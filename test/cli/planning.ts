import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createPlan, type PlanOptions } from '../../cli/plan.ts';
import { stevedore } from '../../cli/stevedore.ts';
import { createFailoverClients } from '../../lib/aws/failover-clients.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import type { World } from '../../simulator/world.ts';
import { fargateWorld, SPOT } from '../simulator/fargate-world.ts';

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

/** Runs `stevedore plan` in a world as it would run against an account; `columns` of the terminal, if it is one. */
export async function runPlan(world: World, args: readonly string[], columns?: number) {
  let out = '';
  let err = '';
  const asked: PlanOptions[] = [];
  const options = world.clients();
  const plan = createPlan((one) => {
    asked.push(one);
    // Whoever waits for a retry need not wait here.
    const clock = { now: () => world.now(), sleep: async () => undefined };
    return { clients: createFailoverClients({ ...options, clock }), clock };
  });
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    columns,
  };
  const code = await stevedore(['plan', ...args], terminal, { plan });
  return { code, out, err, asked };
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
    runPlan(world, ['--policy', plan(yaml), '--region', 'eu-west-1', ...args]);
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
