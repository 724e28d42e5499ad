import { durationText } from '../../lib/policy/duration.ts';
import { type Finding, parsed } from '../../lib/policy/raw.ts';
import type { HostRef } from '../../simulator/scenario-file/model.ts';
import { type ScenarioFile, scenarioSchema } from './schema.ts';
import { traceFindings } from './traces.ts';

/** What is wrong between values of a scenario that are right by themselves, and with the traces beside `name`, its file. */
export function scenarioRelations(found: unknown, name: string): readonly Finding[] {
  const file = parsed(scenarioSchema, found);
  if (file === undefined) return [];
  return [
    ...servicesOf(file),
    ...traceFindings(file, name),
    ...alarmsOf(file),
    ...timesOf(file),
    ...file.events.flatMap(eventOf(file)),
  ];
}

const names = (known: readonly string[]) => (known.length === 0 ? 'none is there' : known.join(', '));

function servicesOf({ clusters, repositories }: ScenarioFile): Finding[] {
  return Object.entries(clusters).flatMap(([cluster, { services }]) =>
    Object.entries(services).flatMap(([service, { image }]): Finding[] => {
      const [repository = '', tag] = image?.split(':') ?? [];
      const known = repositories[repository];
      if (known === undefined || known.images.some(({ tags }) => tags.includes(tag ?? 'latest'))) return [];
      const path = ['clusters', cluster, 'services', service, 'image'];
      return [
        { path, at: 'value', expected: `a tag that an image of repositories.${repository}.images has` },
      ];
    }),
  );
}

function alarmsOf(file: ScenarioFile): Finding[] {
  const loaded = Object.keys(servicesWithLoad(file));
  return Object.entries(file.alarms).flatMap(([alarm, { service, metric }]): Finding[] => {
    const load = servicesWithLoad(file)[service];
    if (load === undefined) {
      const expected = `a service with a load, for there are no metrics without: ${names(loaded)}`;
      return [{ path: ['alarms', alarm, 'service'], at: 'value', expected }];
    }
    const ofQueue = metric === 'messages' || metric === 'oldest-message';
    if (metric === 'cpu' || ofQueue === (load.queue !== undefined)) return [];
    const expected = ofQueue
      ? `cpu or requests, for ${service} has no queue`
      : 'cpu, or a metric of its queue';
    return [{ path: ['alarms', alarm, 'metric'], at: 'value', expected }];
  });
}

function servicesWithLoad({ clusters }: ScenarioFile) {
  return Object.fromEntries(
    Object.entries(clusters).flatMap(([cluster, { services }]) =>
      Object.entries(services).flatMap(([service, { load }]) =>
        load === undefined ? [] : [[`${cluster}/${service}`, load] as const],
      ),
    ),
  );
}

function timesOf({ events, length }: ScenarioFile): Finding[] {
  return events.flatMap(({ at }, index): Finding[] => {
    const path = ['events', index, 'at'];
    const before = events[index - 1]?.at ?? 0;
    if (at < before)
      return [{ path, at: 'value', expected: `${durationText(before)} or later: in order of time` }];
    if (at <= length) return [];
    return [{ path, at: 'value', expected: `at most the length of the scenario, ${durationText(length)}` }];
  });
}

/** Every name in an event is one of this file. */
const eventOf =
  (file: ScenarioFile) =>
  ({ happening }: ScenarioFile['events'][number], index: number): Finding[] => {
    const { kind } = happening;
    const wrong = (known: readonly string[], value: string, ...keys: readonly string[]): Finding[] => {
      if (known.includes(value)) return [];
      const path = ['events', index, kind, ...keys];
      return [{ path, at: 'value', expected: `one of this file: ${names(known)}` }];
    };
    const groups = Object.values(file.clusters).flatMap((cluster) => Object.keys(cluster.groups));
    const services = Object.entries(file.clusters).flatMap(([cluster, of]) =>
      Object.keys(of.services).map((service) => `${cluster}/${service}`),
    );
    const host = ({ group }: HostRef, ...keys: readonly string[]) => wrong(groups, group, ...keys);
    switch (happening.kind) {
      case 'scale':
        return [...wrong(groups, happening.group, 'group'), ...sizeOf(file, happening, index)];
      case 'load':
        return wrong(Object.keys(servicesWithLoad(file)), happening.service, 'service');
      case 'count':
        return wrong(services, happening.service, 'service');
      case 'deploy':
        return wrong(services, happening.service);
      case 'push':
        return wrong(Object.keys(file.repositories), happening.repository, 'repository');
      case 'drought':
        return happening.zone === undefined ? [] : wrong(file.zones, happening.zone, 'zone');
      case 'run':
      case 'maintenance':
        return host(happening.host, 'host');
      case 'order': {
        const { order } = happening;
        if ('host' in order) return host(order.host, order.verb);
        if ('service' in order) return wrong(services, order.service, order.verb);
        if ('target' in order) {
          const { kind: of, id } = order.target;
          return wrong(of === 'group' ? groups : services, id, order.verb, of);
        }
        const repository = order.tag.slice(0, order.tag.lastIndexOf(':'));
        return wrong(Object.keys(file.repositories), repository, order.verb);
      }
      case 'interrupt':
        return [...host(happening.host), ...spotOnly(file, happening.host, index)];
      default:
        return host(happening.host);
    }
  };

function groupOf(file: ScenarioFile, name: string) {
  return Object.values(file.clusters)
    .flatMap(({ groups }) => Object.entries(groups))
    .find(([group]) => group === name)?.[1];
}

function sizeOf(
  file: ScenarioFile,
  { group, to }: { readonly group: string; readonly to: number },
  index: number,
): Finding[] {
  const of = groupOf(file, group);
  if (of === undefined) return [];
  const max = of.max ?? Math.max(2 * of.instances, 1);
  if (to >= of.min && to <= max) return [];
  const expected = `a number from ${of.min} to ${max}, the min and max of ${group}`;
  return [{ path: ['events', index, 'scale', 'to'], at: 'value', expected }];
}

function spotOnly(file: ScenarioFile, { group }: HostRef, index: number): Finding[] {
  if (groupOf(file, group)?.spot !== false) return [];
  return [{ path: ['events', index, 'interrupt'], at: 'value', expected: 'a group with spot: true' }];
}
