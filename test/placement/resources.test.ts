import { describe, expect, it } from 'vitest';
import { eniLimit } from '../../lib/placement/enis.ts';
import { amountsIn, portsTaken, reservedPorts } from '../../lib/placement/resources.ts';

const remaining = [
  { name: 'CPU', integerValue: 1536 },
  { name: 'MEMORY', integerValue: 3000 },
  { name: 'PORTS', stringSetValue: ['22', '2375', '51678', '8080'] },
  { name: 'PORTS_UDP', stringSetValue: ['53'] },
  { name: 'GPU', stringSetValue: ['GPU-1', 'GPU-2'] },
];

describe('resources of a container instance', () => {
  it('are CPU units, MiB and the number of GPUs', () => {
    expect(amountsIn(remaining)).toEqual({ cpu: 1536, memory: 3000, gpu: 2 });
    expect(amountsIn([])).toEqual({ cpu: 0, memory: 0, gpu: 0 });
  });

  it('list the ports that are taken, not those that are free', () => {
    expect(portsTaken(remaining)).toEqual({ tcp: [22, 2375, 51678, 8080], udp: [53] });
    expect(portsTaken([])).toEqual({ tcp: [], udp: [] });
  });

  it('have as reserved ports what no known task holds', () => {
    const known = [{ tcp: [8080], udp: [] }];
    expect(reservedPorts(remaining, known)).toEqual({ tcp: [22, 2375, 51678], udp: [53] });
    expect(reservedPorts(remaining, [])).toEqual(portsTaken(remaining));
    expect(reservedPorts(remaining, [{ tcp: [], udp: [53] }]).udp).toEqual([]);
  });
});

describe('eniLimit', () => {
  it('without a trunk is what the type takes, less the primary interface', () => {
    expect(eniLimit('c5.large', false, 3)).toBe(2);
  });

  it('with a trunk is what ECS publishes for the type', () => {
    const types = ['c5.large', 'm6i.8xlarge', 'm6g.medium', 'c5.18xlarge', 'm5d.metal'];
    expect(types.map((type) => eniLimit(type, true, 2))).toEqual([10, 90, 4, 120, 120]);
  });

  it('with a trunk and a type that is not published is at least what Kubernetes makes of it', () => {
    expect(['m7i.large', 'c7i-flex.large', 'm7i.metal-24xl'].map((type) => eniLimit(type, true, 2))).toEqual([
      9, 3, 107,
    ]);
  });

  it.each(['t3.large', 'c5.metal', 'm5n.large', 'nonsense', 'm5.'])(
    'with a trunk and a type of which nothing is known (%s) is as without one',
    (type) => {
      expect(eniLimit(type, true, 4)).toBe(3);
    },
  );

  it('is at least one, since every type takes two interfaces', () => {
    expect(eniLimit('nonsense', false, undefined)).toBe(1);
  });
});
