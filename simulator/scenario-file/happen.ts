import { SECOND } from '../../lib/clock.ts';
import { durationText } from '../../lib/policy/duration.ts';
import type { Stage } from './build.ts';
import type { Happening, HostHappening, HostRef, Order } from './model.ts';

type Of<Kind extends Happening['kind']> = Extract<Happening, { readonly kind: Kind }>;

/** Makes it happen, now. Returns what has happened, in words: several lines of the timeline where it ends later. */
export function happen(stage: Stage, happening: Happening): string {
  const { world } = stage;
  switch (happening.kind) {
    case 'scale': {
      const group = world.autoScaling.group(happening.group);
      const before = group.desired;
      world.autoScaling.setDesired(group, happening.to);
      return `${group.name} is scaled from ${before} to ${happening.to} instances`;
    }
    case 'drought':
      return drought(stage, happening);
    case 'load': {
      const { service, arrivals, over } = happening;
      const load = stage.loads.get(service);
      const before = load?.arrivals(world.now()) ?? 0;
      load?.change(world.now(), arrivals, over);
      const within = over === 0 ? '' : ` within ${durationText(over)}`;
      const way = arrivals >= before ? 'rises' : 'falls';
      return `the load of ${service} ${way} from ${rounded(before)} to ${rounded(arrivals)} a second${within}`;
    }
    case 'count': {
      const service = serviceOf(stage, happening.service);
      const before = service.desired;
      world.ecs.setDesired(service, happening.to);
      return `somebody sets the desired count of ${happening.service} from ${before} to ${happening.to}`;
    }
    case 'deploy':
      world.ecs.redeploy(serviceOf(stage, happening.service));
      return `somebody deploys ${happening.service} anew`;
    case 'push':
      return push(stage, happening);
    case 'order':
      return order(stage, happening.order, happening.by);
    default:
      return onHost(stage, happening, happening.host);
  }
}

const rounded = (value: number) => Math.round(value * 10) / 10;

function serviceOf({ services }: Stage, id: string) {
  const service = services.get(id);
  if (service === undefined) throw new Error(`This scenario has no service ${id}.`);
  return service;
}

function drought({ world }: Stage, happening: Of<'drought'>): string {
  const zone = happening.zone === undefined ? undefined : `${world.kernel.region}${happening.zone}`;
  const spot = { provider: 'FARGATE_SPOT', ...(zone === undefined ? {} : { zone }) } as const;
  const interruptWithinMs = happening.reclaimWithin;
  world.ecs.fargate.setCapacity({ ...spot, tasks: 0, interruptWithinMs });
  world.after(happening.for, () => world.ecs.fargate.setCapacity({ ...spot, tasks: 'unlimited' }));
  return `Fargate Spot runs dry in ${zone ?? 'all zones'} for ${durationText(happening.for)}; its tasks are reclaimed within ${durationText(interruptWithinMs)}`;
}

function push({ world }: Stage, { repository, tags, findings, scanAfter }: Of<'push'>): string {
  const content = tags[0] ?? '';
  for (const tag of tags) {
    world.ecr.push(repository, { tag, content, scan: { findings, afterMs: scanAfter } });
  }
  const found = Object.entries(findings).map(([severity, count]) => `${count} ${severity}`);
  const scan = found.length === 0 ? '' : `; the scan will find ${found.join(', ')}`;
  return `${repository}:${tags.join(', ')} is pushed${scan}`;
}

function order(stage: Stage, given: Order, by: string): string {
  const publish = (detailType: string, detail: object) =>
    stage.world.bus.publish({
      source: 'stevedore.operator',
      detailType,
      resources: [],
      detail: { ...detail, by },
    });
  if ('host' in given) {
    const id = stage.hosts(given.host);
    if (id === undefined) return missing(given.host);
    publish('Stevedore Drain Order', { verb: given.verb, instanceId: id });
    return `an operator orders: ${given.verb} ${given.host.group}/${given.host.nth} (${id})`;
  }
  if ('service' in given) {
    const [cluster, service] = given.service.split('/');
    publish('Stevedore Failover Order', { verb: given.verb, cluster, service });
    return `an operator orders: ${given.verb} ${given.service}`;
  }
  if ('target' in given) {
    const { target, to } = given;
    publish('Stevedore Scale Order', { target: `${target.kind}/${target.id}`, count: to });
    return `an operator orders: scale ${target.id} to ${to}`;
  }
  const colon = given.tag.lastIndexOf(':');
  const [repository, tag] = [given.tag.slice(0, colon), given.tag.slice(colon + 1)];
  const image = given.image === undefined ? {} : { image: given.image };
  publish('Stevedore Retag Order', { verb: given.verb, repository, tag, ...image });
  return `an operator orders: ${given.verb} ${given.tag}`;
}

const missing = ({ group, nth }: HostRef) =>
  `nothing happens: ${group} has not launched an instance number ${nth} yet`;

function onHost(
  stage: Stage,
  happening: HostHappening | Of<'maintenance'> | Of<'run'>,
  where: HostRef,
): string {
  const { world } = stage;
  const id = stage.hosts(where);
  const ec2 = id === undefined ? undefined : world.ec2.instances.get(id);
  if (id === undefined || ec2 === undefined) return missing(where);
  const agent = world.ecs.instances.find(id);
  const name = `${where.group}/${where.nth} (${id})`;
  const isHook = (event: { readonly 'detail-type': string; readonly detail: object }) =>
    event['detail-type'] === 'EC2 Instance-terminate Lifecycle Action' &&
    'EC2InstanceId' in event.detail &&
    event.detail.EC2InstanceId === id;
  switch (happening.kind) {
    case 'interrupt':
      world.ec2.interruptSpot(id);
      return `EC2 announces that it reclaims ${name} in two minutes`;
    case 'rebalance':
      world.ec2.rebalance(id);
      return `EC2 recommends to rebalance ${name}`;
    case 'terminate':
      world.ec2.terminate(id);
      return `somebody terminates ${name} past any hook`;
    case 'stop':
      world.ec2.stop(id);
      return `somebody stops ${name}`;
    case 'start':
      world.ec2.start(id);
      return `somebody starts ${name}`;
    case 'disconnect':
      if (agent !== undefined) world.ecs.instances.setAgentConnected(agent, false);
      return `the ECS agent of ${name} loses its connection`;
    case 'reconnect':
      if (agent !== undefined) world.ecs.instances.setAgentConnected(agent, true);
      return `the ECS agent of ${name} is connected again`;
    case 'lose':
      world.faults.dropEvent(isHook);
      return `the next lifecycle event of ${name} will be lost`;
    case 'repeat':
      world.faults.duplicateEvent(isHook, 4 * SECOND);
      return `the next lifecycle event of ${name} will come twice`;
    case 'maintenance':
      world.announceMaintenance({ instanceIds: [id], startAt: world.now() + happening.in });
      return `AWS Health announces that ${name} is retired in ${durationText(happening.in)}`;
    case 'run':
      return run(stage, happening, id, name);
    default:
      return happening satisfies never;
  }
}

function run(
  { world }: Stage,
  { task: family, for: runMs, cpu, memory }: Of<'run'>,
  id: string,
  name: string,
): string {
  const cluster = world.ecs.instances.find(id)?.cluster.name;
  if (cluster === undefined) return `nothing happens: ${name} is not registered with a cluster`;
  world.ecs.runTask({ cluster, family, on: id, cpu, memory, ...(runMs === undefined ? {} : { runMs }) });
  const until = runMs === undefined ? 'which never ends by itself' : `which takes ${durationText(runMs)}`;
  return `somebody runs the task ${family} on ${name}, ${until}`;
}
