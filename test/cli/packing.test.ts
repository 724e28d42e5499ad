import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../cli/plan/capacity.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { newCapacityRecord } from '../../lib/capacity/record.ts';
import type { ClusterView, HostView, TaskView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import { packingPage } from '../../simulator/report/packing/page.ts';
import { type Picture, reservedShare, savedPerMonth } from '../../simulator/report/packing/picture.ts';
import {
  aConsolidation,
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aType,
  aView,
  aWorkload,
  consolidating,
  HOSTS,
  LARGE,
  NOW,
  someNeeds,
  ZONES,
} from '../capacity/views.ts';

function draw(view: ClusterView, policy: ClusterPolicy = consolidating()): Picture {
  const [picture] = planOf(newCapacityRecord('prod'), view, policy, NOW).pictures;
  if (picture === undefined) throw new Error('A cluster has a picture.');
  return picture;
}

const WORKLOADS = [
  aWorkload('web'),
  aWorkload('wide', { needs: someNeeds({ cpu: 900, memory: 300 }) }),
  aWorkload('tall', { needs: someNeeds({ cpu: 100, memory: 3_000 }) }),
];
const LOGS = aWorkload('logs', { needs: someNeeds({ cpu: 128, memory: 256 }) });

const views = fc
  .array(
    fc.record({
      zone: fc.constantFrom(...ZONES),
      obsolete: fc.boolean(),
      tasks: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((drawn) => {
    const hosts = drawn.map(({ zone, obsolete }, at): HostView => {
      return aHost(`i-${at}`, { zone, generation: obsolete ? 'obsolete' : 'current' });
    });
    const tasks = drawn.flatMap((one, at): TaskView[] => [
      aTask(`logs-${at}`, `i-${at}`, LOGS, { kind: 'daemon' }),
      ...one.tasks.flatMap((which, number) => {
        const workload = WORKLOADS[which];
        return workload === undefined ? [] : [aTask(`t-${at}-${number}`, `i-${at}`, workload)];
      }),
    ]);
    return aView({ hosts, tasks });
  });

const replacing = aPolicy({ consolidation: aConsolidation({ replace: true }) });

describe('the picture of any cluster', () => {
  it('has every instance of the cluster now, once', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { hosts, now } = draw(view, replacing);

        const there = hosts.filter((host) => host.now !== undefined).map(({ id }) => id);
        expect(there.toSorted()).toEqual(view.hosts.map(({ id }) => id).toSorted());
        expect(now.instances).toBe(view.hosts.length);
        expect(new Set(hosts.map(({ id }) => id)).size).toBe(hosts.length);
      }),
    );
  });

  it('has after what stays and what is launched, and nothing that goes', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { hosts, after } = draw(view, replacing);

        expect(hosts.filter((host) => host.after === undefined)).toEqual(
          hosts.filter(({ fate }) => fate.kind === 'goes'),
        );
        expect(after.instances).toBe(hosts.filter(({ fate }) => fate.kind !== 'goes').length);
      }),
    );
  });

  it('has each task of a service in it before and after, on one instance', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { hosts } = draw(view, replacing);

        const of = (when: 'now' | 'after') =>
          hosts
            .flatMap((host) => host[when] ?? [])
            .filter(({ isDaemon }) => !isDaemon)
            .map(({ task }) => task)
            .toSorted();
        const services = view.tasks.filter(({ kind }) => kind === 'service').map(({ id }) => id);
        expect(of('now')).toEqual(services.toSorted());
        expect(of('after')).toEqual(services.toSorted());
      }),
    );
  });

  it('fills no box by more than there is, and each by what is taken of the scarcer amount', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { hosts } = draw(view, replacing);

        for (const { now, after, vcpus, memoryMib } of hosts) {
          for (const blocks of [now, after]) {
            const cpu = (blocks ?? []).reduce((sum, one) => sum + one.cpu, 0) / (vcpus * 1_024);
            const memory = (blocks ?? []).reduce((sum, one) => sum + one.memory, 0) / memoryMib;
            expect(reservedShare(blocks)).toBeCloseTo(Math.min(1, Math.max(cpu, memory)), 9);
          }
        }
      }),
    );
  });

  it('costs what the plan says', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { hosts, now, after } = draw(view, replacing);

        const price = (kind: string) => hosts.filter(({ fate }) => fate.kind === kind).length * 0.1;
        expect(now.hourly).toBeCloseTo(view.hosts.length * 0.1, 9);
        expect(after.hourly).toBeCloseTo(price('stays') + price('new'), 9);
      }),
    );
  });

  it('is the same each time, whatever chance ECS breaks ties by', () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(draw(view, replacing)).toEqual(draw(view, replacing));
      }),
    );
  });
});

const half = aWorkload('api', { needs: someNeeds({ cpu: 1_024, memory: 1_024 }) });

describe('an instance in the picture', () => {
  it('goes with the reason, and its task says from where to where', () => {
    const hosts = [aHost('i-a'), aHost('i-b')];
    const picture = draw(aView({ hosts, tasks: [aTask('t-a', 'i-a', half), aTask('t-b', 'i-b', half)] }));

    const gone = picture.hosts.find(({ fate }) => fate.kind === 'goes');
    const stays = picture.hosts.find(({ fate }) => fate.kind === 'stays');

    expect(gone).toMatchObject({ fate: { reason: 'underused' }, after: undefined });
    expect(gone?.now).toMatchObject([{ move: { from: gone?.id, to: stays?.id } }]);
    expect(stays?.after).toMatchObject([{ share: 0.5 }, { share: 0.5 }]);
    expect(picture.moves).toBe(1);
    expect(savedPerMonth(picture)).toBeCloseTo(73, 6);
  });

  it('waits by the reason of the plan for now', () => {
    const policy = consolidating({ afterMs: 10 * MINUTE });

    const { hosts } = draw(aView({ hosts: [aHost('i-a')] }), policy);

    expect(hosts).toMatchObject([
      { fate: { kind: 'goes', reason: 'empty', sentence: expect.stringContaining('10 min more') } },
    ]);
  });

  it('is launched for an obsolete one whose tasks fit nowhere else, with its daemons', () => {
    const full = aWorkload('full', { needs: someNeeds({ cpu: 1_900, memory: 2_000 }) });
    const hosts = [aHost('i-old', { generation: 'obsolete' })];
    const tasks = [aTask('t', 'i-old', full), aTask('l', 'i-old', LOGS, { kind: 'daemon' })];

    const picture = draw(aView({ hosts, tasks }), replacing);

    const come = picture.hosts.find(({ fate }) => fate.kind === 'new');
    expect(come).toMatchObject({ group: HOSTS, instanceType: 'm7i.large', price: 0.1, now: undefined });
    expect(come?.after?.map(({ name }) => name)).toEqual(['logs', 'full']);
    expect(picture).toMatchObject({ now: { instances: 1 }, after: { instances: 1 } });
  });
});

describe('the cost', () => {
  it('is not known when the price of a type is not', () => {
    const types = [aType('x9.huge', { price: undefined })];
    const hosts = [aHost('i-a', { instanceType: 'x9.huge' })];

    const picture = draw(aView({ hosts, groups: [aGroup({ desired: 1, types })] }));

    expect(picture.now.hourly).toBeUndefined();
    expect(savedPerMonth(picture)).toBeUndefined();
    expect(picture.prices).toContain('No price is known of x9.huge');
  });

  it('says which prices are whose', () => {
    const hosts = [aHost('i-a'), aHost('i-b', { instanceType: 'c7i.large', lifecycle: 'spot' })];

    const { prices } = draw(aView({ hosts }), aPolicy({ prices: { 'm7i.large': 0.2 } }));

    expect(prices).toBe(
      'Of m7i.large the prices are those of the policy. Of c7i.large the prices are list prices of us-east-1, on demand, in US dollars; capacity.clusters.prod.prices is for yours. Spot instances count at the price of their type.',
    );
  });
});

describe('the page', () => {
  const page = (view: ClusterView) => packingPage([draw(view)], 'stevedore.yml against eu-west-1');
  const boxes = (html: string) => [...html.matchAll(/<button type="button" class="host (?<kind>\w+)"/g)];

  it('has a box for each instance in both panels, and its reason in the table', () => {
    const html = page(aView({ hosts: [aHost('i-a'), aHost('i-b', { protectedFromScaleIn: true })] }));

    const kinds = boxes(html).map(({ groups }) => groups?.kind);
    expect(kinds.toSorted()).toEqual(['goes', 'gone', 'stays', 'stays']);
    expect(html).toContain('protected-from-scale-in: i-b is protected from scale-in');
    expect(html.match(/<th scope="row">/g)).toHaveLength(2);
  });

  it('draws a thousand instances small, without an element for each task', () => {
    const hosts = Array.from({ length: 1_000 }, (_, at) => {
      return aHost(`i-${at}`, { registered: LARGE, protectedFromScaleIn: true });
    });
    const tasks = hosts.map(({ id }) => aTask(`t-${id}`, id, half));

    const html = page(aView({ hosts, tasks }));

    expect(boxes(html)).toHaveLength(2_000);
    expect(html).not.toContain('<i class');
    expect(html).toContain('Larger boxes');
    expect(html.length).toBeLessThan(3_000_000);
  });

  it('shows names as text, whatever is in them', () => {
    const workload = { ...half, group: 'service:<script>alert(1)</script>' };

    const html = page(aView({ hosts: [aHost('i-a')], tasks: [aTask('t', 'i-a', workload)] }));

    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&lt;script&gt;alert(1)');
  });
});
