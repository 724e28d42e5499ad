import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOf } from '../../cli/plan/capacity.ts';
import { newCapacityRecord } from '../../lib/capacity/record.ts';
import type { ClusterView, HostView, TaskView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import { type GroupName, groupName } from '../../lib/ids.ts';
import type { Amounts, Workload } from '../../lib/placement/model.ts';
import { packingPage } from '../../simulator/report/packing/page.ts';
import {
  aConsolidation,
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aType,
  aView,
  aWorkload,
  HOSTS,
  NOW,
  seeded,
  someNeeds,
  ZONES,
} from '../capacity/views.ts';

const SEARCH = groupName('prod-search');

const TYPES: Readonly<Record<string, Amounts>> = {
  'm7i.large': { cpu: 2_048, memory: 7_680, gpu: 0, enis: 2 },
  'm7i.xlarge': { cpu: 4_096, memory: 15_550, gpu: 0, enis: 3 },
  'c7i.2xlarge': { cpu: 8_192, memory: 15_550, gpu: 0, enis: 3 },
};
const NONE: Amounts = { cpu: 0, memory: 0, gpu: 0, enis: 0 };

const SERVICES: readonly Workload[] = [
  aWorkload('storefront', { needs: someNeeds({ cpu: 512, memory: 1_024 }) }),
  aWorkload('api', { needs: someNeeds({ cpu: 512, memory: 2_048 }) }),
  aWorkload('search', { needs: someNeeds({ cpu: 1_024, memory: 3_072 }) }),
  aWorkload('checkout', { needs: someNeeds({ cpu: 256, memory: 1_024 }) }),
  aWorkload('mailer', { needs: someNeeds({ cpu: 128, memory: 512 }) }),
  aWorkload('images', { needs: someNeeds({ cpu: 768, memory: 1_024 }) }),
];
const DAEMON = aWorkload('logs', { needs: someNeeds({ cpu: 128, memory: 256 }) });

interface Drawn {
  readonly hosts: number;
  readonly services: readonly Workload[];
  /** How full, from 0 to 1. */
  readonly fill: (at: number) => number;
  readonly typeOf: (at: number) => string;
  readonly groupOf: (at: number) => GroupName | undefined;
  readonly besides?: (host: HostView, at: number) => HostView;
}

/** A cluster whose instances are as full as said, with tasks of the services by turns. */
function cluster({
  hosts: count,
  services,
  fill,
  typeOf,
  groupOf,
  besides = (host) => host,
}: Drawn): ClusterView {
  const random = seeded(7);
  const hosts = Array.from({ length: count }, (_, at) => {
    const digits = () =>
      Math.floor(random() * 16 ** 8)
        .toString(16)
        .padStart(8, '0');
    const id = `i-0${digits()}${digits()}`;
    const instanceType = typeOf(at);
    const zone = ZONES[at % ZONES.length] ?? ZONES[0];
    const registered = TYPES[instanceType] ?? NONE;
    return besides(aHost(id, { zone, instanceType, registered, group: groupOf(at) }), at);
  });
  const tasks = hosts.flatMap(({ id, registered }, at): TaskView[] => {
    const own = [aTask(`logs-${at}`, id, DAEMON, { kind: 'daemon' })];
    const free = { cpu: registered.cpu * fill(at) - 128, memory: registered.memory * fill(at) - 256 };
    for (let tries = 0; tries < 40; tries += 1) {
      const workload = services[Math.floor(random() * services.length)];
      if (workload === undefined) continue;
      const { cpu, memory } = workload.needs;
      if (cpu > free.cpu || memory > free.memory) continue;
      free.cpu -= cpu;
      free.memory -= memory;
      own.push(aTask(`${workload.group}-${at}-${tries}`, id, workload));
    }
    return own;
  });
  const groups = [HOSTS, SEARCH].map((name) => {
    const own = hosts.filter(({ group }) => group === name);
    const types = [...new Set(own.map(({ instanceType }) => instanceType))];
    const views = types.map((type) => aType(type, { registered: TYPES[type] ?? NONE, price: undefined }));
    return aGroup({ name, desired: own.length, max: 2_000, types: views });
  });
  return aView({ hosts, tasks, groups: groups.filter(({ desired }) => desired > 0) });
}

/** Half of what people have: two groups, some instances nearly empty, and some that have to stay. */
const prod = cluster({
  hosts: 19,
  services: SERVICES,
  fill: (at) => [0.9, 0.3, 0.55, 0.2, 0.75, 0.4, 0.1][at % 7] ?? 0,
  typeOf: (at) => (at < 12 ? 'm7i.large' : at < 16 ? 'm7i.xlarge' : 'c7i.2xlarge'),
  groupOf: (at) => (at < 16 ? HOSTS : at < 18 ? SEARCH : undefined),
  besides: (host, at) => {
    if (at === 3) return { ...host, protectedFromScaleIn: true };
    return at === 5 ? { ...host, launchedAt: NOW - 4 * MINUTE } : host;
  },
});

/** An obsolete one whose tasks fit nowhere else, so that another is launched for it. */
const replaced = cluster({
  hosts: 6,
  services: SERVICES.slice(1, 3),
  fill: () => 1,
  typeOf: () => 'm7i.large',
  groupOf: () => HOSTS,
  besides: (host, at) => (at === 0 ? { ...host, generation: 'obsolete' } : host),
});

/** More services than there are colours. */
const many = Array.from({ length: 30 }, (_, at) =>
  aWorkload(`service-${at}`, {
    needs: someNeeds({ cpu: 64 * (1 + (at % 5)), memory: 256 * (1 + (at % 4)) }),
  }),
);

const thousand = cluster({
  hosts: 1_000,
  services: many,
  fill: (at) => [0.95, 0.6, 0.35, 0.8, 0.15][at % 5] ?? 0,
  typeOf: (at) => (at % 3 === 0 ? 'm7i.xlarge' : 'm7i.large'),
  groupOf: () => HOSTS,
});

const policy = aPolicy({
  groups: [HOSTS, SEARCH],
  prices: { 'm7i.large': 0.12 },
  scaleOut: { afterMs: 30_000, maximumStep: 20, launchTimeoutMs: 10 * MINUTE },
  consolidation: aConsolidation({
    minimumAgeMs: 15 * MINUTE,
    afterMs: 10 * MINUTE,
    replace: true,
    zoneSkew: 2,
  }),
});

const CLUSTERS: Readonly<Record<string, ClusterView>> = { packing: prod, replaced, thousand };

export const PACKINGS = Object.keys(CLUSTERS);

/** Writes a page for each cluster into a new folder. Returns the file of each. */
export function writePackings() {
  const folder = mkdtempSync(join(tmpdir(), 'stevedore-packings-'));
  const fileOf = (name: string) => join(folder, `${name}.html`);
  for (const [name, view] of Object.entries(CLUSTERS)) {
    const { pictures } = planOf(newCapacityRecord('prod'), view, policy, NOW);
    writeFileSync(fileOf(name), packingPage(pictures, 'stevedore.yml against eu-central-1'));
  }
  return { folder, fileOf };
}
