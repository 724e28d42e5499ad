import type { Capability } from '../../lib/journal/journal.ts';
import { CAPABILITIES } from '../pause/scopes.ts';

/** Where the journal has something: under what name which capability keeps it. */
export interface Shelf {
  readonly capability: Capability;
  readonly subject: string;
}

/** Who let an instance go says capacity, and how it went draining. */
const OF_INSTANCES: readonly Capability[] = ['draining', 'capacity'];

/** Under which names the journal may have what a person calls `text`: an instance, a service, a tag and so on. Pure. */
export function shelvesOf(text: string): Shelf[] {
  // An instance id, or that of an external instance (ECS Anywhere).
  if (/^m?i-[0-9a-f]+$/.test(text)) return OF_INSTANCES.map((capability) => ({ capability, subject: text }));
  // No name but that of a tag has a colon.
  if (text.includes(':')) return [{ capability: 'retagging', subject: text }];
  const asIs = CAPABILITIES.map((capability) => ({ capability, subject: text }));
  if (/^(service|group|pool|migration)\//.test(text)) {
    return asIs.filter(({ capability }) => capability === 'scaling' || capability === 'failover');
  }
  if (text.includes('/')) {
    const subject = `service/${text}`;
    // A destination repository is a subject of its own where somebody paused it.
    return [
      { capability: 'scaling', subject },
      { capability: 'failover', subject },
      { capability: 'retagging', subject: text },
    ];
  }
  // A cluster, a group, a capability or a repository.
  return [
    ...asIs,
    { capability: 'scaling', subject: `group/${text}` },
    { capability: 'failover', subject: `migration/${text}` },
  ];
}
