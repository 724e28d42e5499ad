import { capacitiesOf, type Running, running } from '../capacity.ts';
import type { Check, Found } from '../finding.ts';
import { BALANCERS, DEFINITIONS, FIREWALLS, PROVIDERS } from '../reads.ts';
import type { IngressRule, Snapshot } from '../snapshot.ts';

/**
 * What Linux gives out by default (net.ipv4.ip_local_port_range), and so Docker for hostPort 0. Rules are best written up to
 * 65535, which Docker uses where that parameter is not set (ECS API reference, PortMapping).
 */
const DYNAMIC = { from: 32_768, to: 60_999 };

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The targets are healthy on the instance, and the load balancer cannot reach them. */
export const loadBalancerPorts: Check = {
  id: 'load-balancer-ports',
  title: 'Security groups keep the load balancer from the ports of the tasks',
  severity: 'error',
  document: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html',
  reads: [...new Set([...BALANCERS, ...DEFINITIONS, ...FIREWALLS, ...PROVIDERS])],
  find: (snapshot) => running(snapshot).flatMap((one) => inService(one, snapshot)),
};

function inService({ service, definition }: Running, snapshot: Snapshot): Found[] {
  if (definition.networkMode === 'awsvpc' || !capacitiesOf(service, snapshot).has('ec2')) return [];
  const ports = definition.containers.flatMap((container) => container.ports);
  if (!ports.some(({ host, protocol }) => host === 0 && protocol === 'tcp')) return [];
  if (definition.networkMode === 'host') return [];
  const firewalls = new Map(
    snapshot.instances.flatMap(({ id }): [string, readonly string[]][] => {
      const groups = snapshot.machines.get(id)?.securityGroups ?? [];
      return groups.length === 0 ? [] : [[[...groups].sort().join(', '), groups]];
    }),
  );
  return [...firewalls].flatMap(([names, groups]) =>
    balancersOf(service.targetGroups, snapshot).flatMap((balancer): Found[] => {
      const rules = groups.flatMap((group) => snapshot.securityGroups.get(group) ?? []);
      const open = rules.filter((rule) => admits(rule, balancer.securityGroups));
      if (covers(open, DYNAMIC)) return [];
      const source = balancer.securityGroups[0] ?? "the load balancer's subnets";
      return [
        {
          resource: service.arn,
          subject: `service ${service.name}`,
          problem: `Its tasks get ports from ${DYNAMIC.from} on (hostPort 0), and the security groups of its instances (${names}) do not let load balancer ${balancer.name} reach all of them${inWords(open)}.`,
          fix: `Allow TCP 32768-65535 from ${source} in a security group of the instances.`,
        },
      ];
    }),
  );
}

const balancersOf = (arns: readonly string[], { targetGroups, loadBalancers }: Snapshot) => {
  const behind = arns
    .flatMap((arn) => targetGroups.get(arn) ?? [])
    .filter(({ type }) => type === 'instance')
    .flatMap((group) => group.loadBalancers);
  return [...new Set(behind)].flatMap((arn) => loadBalancers.get(arn) ?? []);
};

/** Addresses are taken as those of the load balancer: whether they are, only its subnets tell. */
const admits = (rule: IngressRule, sources: readonly string[]) =>
  rule.addresses || rule.groups.some((group) => sources.includes(group));

/** Whether the ranges together have every port of the wanted one. */
function covers(rules: readonly Range[], wanted: Range): boolean {
  let next = wanted.from;
  for (const { from, to } of rules.toSorted((a, b) => a.from - b.from)) {
    if (from > next) return false;
    next = Math.max(next, to + 1);
    if (next > wanted.to) return true;
  }
  return false;
}

const inWords = (rules: readonly Range[]) =>
  rules.length === 0
    ? ''
    : ` (allowed: ${rules.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(', ')})`;
