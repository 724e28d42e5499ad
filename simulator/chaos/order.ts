import type { Stage } from './build.ts';

/** An order of an operator, as the command line publishes it. */
export function order({ world }: Stage, detailType: string, detail: object): void {
  world.bus.publish({
    source: 'stevedore.operator',
    detailType,
    resources: [],
    detail: { ...detail, by: 'chaos@example.com' },
  });
}
