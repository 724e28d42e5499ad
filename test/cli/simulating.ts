import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stevedore } from '../../cli/stevedore.ts';

export const POLICY = `version: 1
draining:
  clusters:
    shop:
      groups: { shop-ecs: {} }
`;

/** Four hosts, of which two are scaled in after a minute. */
export const SCENARIO = `version: 1
title: Two hosts <go>
policy: shop.policy.yml
length: 8m
clusters:
  shop:
    groups:
      shop-ecs: { instances: 4, min: 2 }
    services:
      web: { count: 6, load: { perTask: 10, arrivals: 30 } }
      node-exporter: { daemon: true, cpu: 64, memory: 128 }
alarms:
  web-busy: { service: shop/web, metric: cpu, above: 90 }
events:
  - { at: 1m, scale: { group: shop-ecs, to: 2 } }
`;

/** A folder with a scenario and its policy. */
export function folderWith(scenario = SCENARIO, policy = POLICY) {
  const folder = mkdtempSync(join(tmpdir(), 'stevedore-simulate-'));
  const file = join(folder, 'shop.yml');
  writeFileSync(file, scenario);
  writeFileSync(join(folder, 'shop.policy.yml'), policy);
  return { folder, file };
}

/** What a command prints to somebody without a terminal. */
export async function run(...args: readonly string[]) {
  let out = '';
  let err = '';
  const code = await stevedore(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    columns: undefined,
  });
  return { code, out, err };
}
