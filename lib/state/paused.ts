import type { Capability } from '../journal/journal.ts';

/**
 * Whether the kill switch stops a capability for one of its parts (a cluster, a target): `scopes` are what
 * `ControlStore.paused` gave.
 */
export const isPausedBy = (scopes: ReadonlySet<string>, capability: Capability, part: string): boolean =>
  ['all', capability, `${capability}/${part}`].some((scope) => scopes.has(scope));
