import { groupNames, serviceIds } from '../../lib/policy/values.ts';
import { GROUPS, SERVICES } from '../doctor/reads.ts';
import type { GroupView, ServiceView } from '../doctor/snapshot.ts';
import { alarmLine, fromAlarms } from './alarms.ts';
import { converted, type Policies } from './convert.ts';
import { beside, branch, dead, type Line, live, name, remark } from './lines.ts';
import { copilotAside, grouped, type Section, section } from './section.ts';
import type { AccountSnapshot, AwsPolicy, ClusterSeen } from './snapshot.ts';

/** A service or a group in the file, and the alarms that it speaks of. */
interface Target {
  readonly line: Line;
  readonly live: boolean;
  readonly alarms: readonly string[];
}

/** The services and groups that have alarms, and as comments those that AWS scales already. */
export function scalingOf(account: AccountSnapshot): Section {
  const { clusters, alarms, unread } = account;
  const services = clusters.map((seen) => ({ seen, targets: servicesOf(seen, account) }));
  const known = new Set<string>();
  const groups = clusters.flatMap((seen) => groupsOf(seen, account, known));
  const targets = [...services.flatMap((one) => one.targets), ...groups];
  const used = new Set(targets.filter((one) => one.live).flatMap((one) => one.alarms));
  const named = [...new Set(targets.flatMap((one) => one.alarms))].toSorted();
  const lines = named.flatMap((alarm) => alarmLine(alarms.get(alarm), used.has(alarm)));
  const services_ = services.flatMap(({ seen, targets }) =>
    grouped(
      seen,
      targets.map(({ line }) => line),
    ),
  );
  const of = (kind: string, below: readonly Line[]) => (below.length === 0 ? [] : [branch(kind, below)]);
  const alarmsAt = lines.some(({ state }) => state === 'with') ? beside : dead;
  const below = [
    ...(lines.length === 0
      ? []
      : [alarmsAt('alarms:', { below: lines, aside: 'as they are in CloudWatch' })]),
    ...of('services:', services_),
    ...of(
      'groups:',
      groups.map(({ line }) => line),
    ),
  ];
  return section('scaling', below, { found: targets.length > 0, needs: NEEDS, unread });
}

const NEEDS = [
  ...SERVICES,
  ...GROUPS,
  'application-autoscaling:DescribeScalableTargets',
  'application-autoscaling:DescribeScalingPolicies',
  'autoscaling:DescribePolicies',
  'cloudwatch:DescribeAlarms',
] as const;

function servicesOf(seen: ClusterSeen, account: AccountSnapshot): Target[] {
  const { cluster, services } = seen.snapshot;
  return services
    .filter(({ daemon }) => !daemon)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((service) => {
      const id = `${cluster}/${service.name}`;
      const target = account.scalable.get(id);
      const aside = copilotAside(seen, service.name);
      if (target !== undefined && target.policies.length > 0) {
        const { min, max, policies } = target;
        return [scaledBy(id, 'Application Auto Scaling scales it', { min, max }, policies, account, aside)];
      }
      const dimensions = { ClusterName: cluster, ServiceName: service.name };
      const found = fromAlarms(account.alarms, { namespace: 'AWS/ECS', dimensions });
      if (found.lines.length === 0) return [];
      if (!serviceIds.safeParse(id).success) return [nameless(id)];
      return [fresh(id, found, target ?? boundsOf(service), aside)];
    });
}

/** Room for twice as many as now; to be looked at by a person. */
const boundsOf = ({ desired }: ServiceView) => ({ min: Math.max(1, desired), max: Math.max(2, 2 * desired) });

/** `known`: groups that another cluster has had already. */
function groupsOf({ snapshot }: ClusterSeen, account: AccountSnapshot, known: Set<string>): Target[] {
  return snapshot.groups.flatMap((group: GroupView): Target[] => {
    if (known.has(group.name)) return [];
    known.add(group.name);
    const bounds = { min: group.minSize, max: group.maxSize };
    const provider = snapshot.providers.find((one) => one.group === group.name && one.managedScaling);
    const policies = account.groupPolicies.get(group.name) ?? [];
    const dimensions = { AutoScalingGroupName: group.name };
    const found = fromAlarms(account.alarms, { namespace: 'AWS/EC2', dimensions });
    if (provider !== undefined) {
      const why = `Left out: group ${group.name}. ECS scales it: capacity provider ${provider.name} has managed scaling.`;
      return [{ line: remark(why), live: false, alarms: [] }];
    }
    if (policies.length > 0) {
      return [scaledBy(group.name, 'Auto Scaling scales it', bounds, policies, account, null)];
    }
    if (found.lines.length === 0) return [];
    if (!groupNames.safeParse(group.name).success) return [nameless(group.name)];
    return [fresh(group.name, found, bounds, null, [live(`cluster: ${name(snapshot.cluster)}`)])];
  });
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

const nameless = (id: string): Target => ({
  line: remark(`Left out: ${id}, whose name may not stand in a policy file.`),
  live: false,
  alarms: [],
});

/** What nobody scales yet. */
function fresh(
  id: string,
  { lines, alarms }: Policies,
  { min, max }: Bounds,
  aside: string | null,
  more: readonly Line[] = [],
): Target {
  const below = [
    live(`min: ${min}`, { aside: 'look at the bounds and the steps before you set mode: act' }),
    live(`max: ${max}`),
    ...more,
    live('policies:', { below: lines }),
  ];
  return { line: branch(`${name(id)}:`, below, { unit: true, aside }), live: true, alarms };
}

/** What AWS scales: left out, with its policies as far as they have a counterpart. */
function scaledBy(
  id: string,
  why: string,
  { min, max }: Bounds,
  policies: readonly AwsPolicy[],
  { alarms }: AccountSnapshot,
  aside: string | null,
): Target {
  const found = converted(policies, alarms);
  const names = policies.map((policy) => policy.name).join(', ');
  const notes = [
    `Left out: ${id}. ${why} already, by ${names}; two would work against each other.`,
    ...found.notes,
  ];
  if (found.lines.length === 0) return { line: remark(...notes), live: false, alarms: [] };
  const below = [live(`min: ${min}`), live(`max: ${max}`), live('policies:', { below: found.lines })];
  notes.push('To hand it over: delete those policies, and uncomment this and its alarms above:');
  return {
    line: dead(`${name(id)}:`, { below, unit: true, notes, aside }),
    live: false,
    alarms: found.alarms,
  };
}
