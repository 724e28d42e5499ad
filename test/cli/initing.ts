import type { Snapshot } from '../../cli/doctor/snapshot.ts';
import type { AccountSnapshot, AlarmSeen } from '../../cli/init/snapshot.ts';
import { draftOf } from '../../cli/init/write.ts';

/** An account with these clusters, and nothing that scales. */
export const account = (
  clusters: readonly Snapshot[],
  seen: Partial<AccountSnapshot> = {},
): AccountSnapshot => ({
  region: 'eu-west-1',
  clusters: clusters.map((snapshot) => ({ snapshot, copilot: null })),
  scalable: new Map(),
  groupPolicies: new Map(),
  alarms: new Map(),
  unread: new Map(),
  ...seen,
});

/** An alarm on the CPU of service `prod/web`, above 70 %. */
export const alarm = (seen: Partial<AlarmSeen> = {}): AlarmSeen => ({
  name: 'web-busy',
  metric: {
    namespace: 'AWS/ECS',
    name: 'CPUUtilization',
    dimensions: { ClusterName: 'prod', ServiceName: 'web' },
    stat: 'Average',
  },
  threshold: 70,
  comparison: '>=',
  scales: false,
  ...seen,
});

export const alarms = (...all: readonly AlarmSeen[]) => new Map(all.map((one) => [one.name, one]));

/** The draft without its heading. */
export function bodyOf(seen: AccountSnapshot): string {
  const { text } = draftOf(seen);
  return text.slice(text.indexOf('\nversion: 1\n') + '\nversion: 1\n\n'.length);
}

/** As a person uncomments everything that may be: what begins with # and no space. */
export const uncommented = (text: string): string => text.replaceAll(/^( *)#(?=\S)/gm, '$1');

/** Without line breaks and marks, to look for sentences that were wrapped. */
export const prose = (text: string): string => text.replaceAll(/\n *# /g, ' ');
