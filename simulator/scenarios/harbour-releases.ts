import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { World } from '../world.ts';

export const TRACKING = 'harbour/tracking';

/** What happens to the images, and when. */
type PlayStep = (after: number, what: string, act: () => unknown) => void;

/** The repository of a service, whose scans run on push, and the service, which runs what `production` is on. */
export function addReleases(world: World, cluster: string): void {
  world.ecr.addRepository({ name: TRACKING, scanning: 'basic' });
  for (const tag of ['build-40', 'staging', 'production']) world.ecr.push(TRACKING, { tag, content: '40' });
  const { account, region } = world.kernel;
  world.ecs.addService({
    cluster,
    name: 'tracking',
    desired: 2,
    launchType: 'FARGATE',
    image: `${account}.dkr.ecr.${region}.amazonaws.com/${TRACKING}:production`,
    cpu: 256,
    memory: 512,
    startMs: [20 * SECOND, 40 * SECOND],
  });
}

/** Three builds: one that is released, one with a hole in it, and one that is released and then rolled back. */
export function releases(world: World, step: PlayStep): void {
  const push = (build: number, findings: Readonly<Record<string, number>> = {}) =>
    world.ecr.push(TRACKING, {
      tag: `build-${build}`,
      content: String(build),
      scan: { findings, afterMs: 40 * SECOND },
    });
  step(114 * MINUTE, `build-41 of ${TRACKING} is pushed`, () => push(41));
  step(124 * MINUTE, 'build-42 is pushed; the scan will find something critical in it', () =>
    push(42, { CRITICAL: 1 }),
  );
  step(132 * MINUTE, 'build-43 is pushed', () => push(43));
  step(142 * MINUTE, 'build-43 does not do in production: an operator orders a rollback', () =>
    world.bus.publish({
      source: 'stevedore.operator',
      detailType: 'Stevedore Retag Order',
      resources: [],
      detail: { verb: 'rollback', repository: TRACKING, tag: 'production', by: 'ops@example.com' },
    }),
  );
}
