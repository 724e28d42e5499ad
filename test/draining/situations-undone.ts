import { MINUTE } from '../../lib/clock.ts';
import { aDrain, anInstance, anOrderedDrain, aTask, later, START } from './builders.ts';
import type { Situation } from './situation.ts';

const soon = later(MINUTE);
const remaining = [aTask('a')];
const spot = aDrain({
  reasons: [{ kind: 'spot-interruption', at: START }],
  hooks: [],
  deadline: later(2 * MINUTE),
  reclaimAt: later(2 * MINUTE),
});

/** A drain whose reason is withdrawn, or whose instance somebody sets ACTIVE again. */
export const undone: Situation[] = [
  {
    name: 'edge 39: our drain is undone when its reason is withdrawn',
    record: anOrderedDrain({ reasons: [] }),
    now: soon,
    does: ['reactivate'],
    next: { phase: 'closed', closedAs: 'reactivated' },
  },
  {
    name: 'edge 39: the drain of somebody else is theirs to undo',
    record: (({ drainRequestedAt: _, ...record }) => record)(anOrderedDrain({ reasons: [] })),
    now: soon,
    says: ['left-draining-not-ours'],
    next: { phase: 'closed', closedAs: 'withdrawn' },
  },
  {
    name: 'edge 39: nor can a drain be undone of which no ARN is known',
    record: (({ containerInstance: _, ...record }) => record)(anOrderedDrain({ reasons: [] })),
    now: soon,
    says: ['left-draining-not-ours'],
    next: { phase: 'closed', closedAs: 'withdrawn' },
  },
  {
    name: 'edge 39: nothing is undone while a hook is open',
    record: aDrain({ reasons: [], remaining }),
    now: soon,
    next: { phase: 'draining' },
  },
  {
    name: 'edge 39: a drain of choice yields to somebody who sets the instance ACTIVE',
    record: anOrderedDrain(),
    snapshot: { instance: anInstance('ACTIVE'), tasks: [] },
    now: soon,
    says: ['undone-by-somebody'],
    next: { phase: 'closed', closedAs: 'withdrawn' },
  },
  {
    name: 'edge 39: an instance that must go is drained again',
    record: aDrain(),
    snapshot: { instance: anInstance('ACTIVE'), tasks: [] },
    now: soon,
    does: ['begin-drain'],
    says: ['begun-again'],
  },
  {
    name: 'edge 39: so is one that EC2 takes back without a hook',
    record: spot,
    snapshot: { instance: anInstance('ACTIVE'), tasks: [] },
    now: soon,
    does: ['begin-drain'],
    says: ['begun-again'],
  },
  {
    name: 'edge 39: so is one whose reason was withdrawn, while its hook is open',
    record: aDrain({ reasons: [] }),
    snapshot: { instance: anInstance('ACTIVE'), tasks: [] },
    now: soon,
    does: ['begin-drain'],
    says: ['begun-again'],
  },
];
