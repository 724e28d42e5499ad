import { ApiError } from '../kernel.ts';
import type { Stage } from './build.ts';
import { around } from './draw.ts';
import type { Spell } from './faults.ts';

type Of<Kind extends Spell['kind']> = Extract<Spell, { readonly kind: Kind }>;
/** Has something undone after so long, or when the faults end. */
type End = (forMs: number, undo: () => void) => void;

/** Begins what lasts for a while. */
export function endure(stage: Stage, spell: Spell, end: End): void {
  const { world, plan, loads, deployment } = stage;
  const { fargate } = world.ecs;
  switch (spell.kind) {
    case 'disconnect':
      disconnect(stage, spell, end);
      return;
    case 'drought': {
      const { zone, tasks, withinMs: interruptWithinMs } = spell;
      const where = { provider: 'FARGATE_SPOT', ...(zone === undefined ? {} : { zone }) } as const;
      fargate.setCapacity({ ...where, tasks, interruptWithinMs });
      end(spell.forMs, () => fargate.setCapacity({ ...where, tasks: 'unlimited' }));
      return;
    }
    case 'shortage':
      fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
      end(spell.forMs, () => fargate.setCapacity({ provider: 'FARGATE', tasks: 'unlimited' }));
      return;
    case 'quota':
      fargate.setQuota({ provider: 'FARGATE', vcpus: spell.vcpus });
      end(spell.forMs, () => fargate.setQuota({ provider: 'FARGATE', vcpus: 'unlimited' }));
      return;
    case 'load': {
      const cluster = around(plan.clusters, spell.cluster)?.name ?? '';
      loads.set(cluster, spell.factor);
      end(spell.forMs, () => loads.delete(cluster));
      return;
    }
    case 'pause':
      void deployment.store.pause(spell.scope, 'chaos@example.com', world.now());
      end(spell.forMs, () => void deployment.store.resume(spell.scope));
      return;
    case 'suspend': {
      const group = around(stage.groups, spell.group);
      if (group === undefined) return;
      world.autoScaling.setSuspended(group, spell.process, true);
      end(spell.forMs, () => world.autoScaling.setSuspended(group, spell.process, false));
      return;
    }
    case 'idle':
      idle(stage, spell, end);
      return;
    case 'bad-deploy':
      deployBadly(stage, spell, end);
      return;
    default:
      spell satisfies never;
  }
}

function disconnect({ world, groups }: Stage, spell: Of<'disconnect'>, end: End): void {
  const id = around(
    groups.flatMap(({ members }) => [...members.keys()]),
    spell.host,
  );
  const instance = id === undefined ? undefined : world.ecs.instances.find(id);
  if (id === undefined || instance === undefined) return;
  world.ecs.instances.setAgentConnected(instance, false);
  end(spell.forMs, () => {
    // The agent of a host that is stopped or gone does not come back.
    if (world.ec2.instances.get(id)?.state === 'running')
      world.ecs.instances.setAgentConnected(instance, true);
  });
}

/** Somebody takes all tasks away for a while. */
function idle(stage: Stage, spell: Of<'idle' | 'bad-deploy'>, end: End): void {
  const service = around([...stage.onSpot, ...stage.services], spell.service);
  if (service === undefined || service.strategy === 'DAEMON' || service.desired === 0) return;
  const usual = service.desired;
  unlessRefused(() => stage.world.ecs.updateService(service, { desiredCount: 0 }));
  end(spell.forMs, () =>
    unlessRefused(() => {
      if (service.desired === 0) stage.world.ecs.updateService(service, { desiredCount: usual });
    }),
  );
}

/** A pipeline ships a revision whose tasks do not last, and later one that does. */
function deployBadly({ world, onSpot }: Stage, spell: Of<'idle' | 'bad-deploy'>, end: End): void {
  const service = around(onSpot, spell.service);
  if (service === undefined) return;
  const [{ revision }] = service.deployments;
  const [container] = revision.definition.containers;
  const { cpu, memory, startMs, stopMs } = revision.definition;
  const image = container?.image ?? 'none';
  const spec = { cpu, memory, startMs, stopMs, image };
  unlessRefused(() => world.ecs.redeploy(service, { ...spec, crashMs: 5000 }));
  end(spell.forMs, () => unlessRefused(() => world.ecs.redeploy(service, spec)));
}

function unlessRefused(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
