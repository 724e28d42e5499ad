import { HOUR, MINUTE } from '../../lib/clock.ts';
import { aHook, aLeaver, anInstance, ghostReason, later, orderReason, START } from './builders.ts';
import type { Situation } from './situation.ts';

const over = (state: 'stopped' | 'terminated' | 'not-found') => ({ state, since: START }) as const;
const instance = anInstance('DRAINING', { agentConnected: false });
const ghost = aLeaver({ reasons: [ghostReason], hooks: [], ec2: over('terminated') });

/** An instance on which nothing runs: ECS has yet to forget it. */
export const leaving: Situation[] = [
  {
    name: 'an instance that still runs has yet to leave',
    record: aLeaver(),
    snapshot: { instance, ec2: 'running' },
    says: ['instance-leaving'],
    next: { phase: 'leaving' },
  },
  {
    name: 'an instance that ECS has forgotten is gone',
    record: aLeaver(),
    snapshot: { instance: 'gone', ec2: 'terminated' },
    says: ['instance-gone'],
    next: { phase: 'closed', closedAs: 'gone' },
  },
  { name: 'nothing is said of what was not looked at', record: aLeaver() },
  {
    name: 'an instance that shuts down is waited for',
    record: aLeaver({ ec2: { state: 'shutting-down', since: START } }),
    snapshot: { instance, ec2: 'shutting-down' },
  },
  {
    name: 'an instance that stops is waited for',
    record: aLeaver({ ec2: { state: 'stopping', since: START } }),
    snapshot: { instance, ec2: 'stopping' },
  },
  {
    name: 'an instance that starts has yet to leave',
    record: aLeaver({ ec2: { state: 'pending', since: START } }),
    snapshot: { instance, ec2: 'pending' },
    says: ['instance-leaving'],
  },
  {
    name: 'edge 22: what EC2 has terminated has a grace in which ECS may forget it by itself',
    record: aLeaver(),
    snapshot: { instance, ec2: 'terminated' },
    now: later(5 * MINUTE),
    says: ['ghost-in-grace'],
    sentence: /in 20 min/,
    next: { phase: 'leaving', ec2: { state: 'terminated', since: later(5 * MINUTE) } },
  },
  {
    name: 'edge 22: after the grace it is deregistered',
    record: ghost,
    snapshot: { instance, ec2: 'terminated' },
    now: later(20 * MINUTE),
    does: ['deregister'],
    says: ['ghost-deregistered'],
    sentence: /terminated.*20 min later/,
    next: { phase: 'closed', closedAs: 'gone' },
  },
  {
    name: 'edge 22: EC2 forgetting a terminated instance does not begin the grace anew',
    record: ghost,
    snapshot: { instance, ec2: 'not-found' },
    now: later(20 * MINUTE),
    does: ['deregister'],
    says: ['ghost-deregistered'],
  },
  {
    name: 'edge 22: an instance that EC2 does not know is a ghost like a terminated one',
    record: { ...ghost, ec2: over('not-found') },
    snapshot: { instance, ec2: 'not-found' },
    now: later(20 * MINUTE),
    does: ['deregister'],
    says: ['ghost-deregistered'],
  },
  {
    name: 'edge 22: a stopped instance is deregistered, if the policy says so',
    record: { ...ghost, ec2: over('stopped') },
    snapshot: { instance, ec2: 'stopped' },
    policy: { ghosts: { terminatedAfterMs: null, stoppedAfterMs: HOUR } },
    now: later(HOUR),
    does: ['deregister'],
    says: ['ghost-deregistered'],
  },
  {
    name: 'edge 18: a stopped Spot instance may start again and is kept by default',
    record: { ...ghost, ec2: over('stopped') },
    snapshot: { instance, ec2: 'stopped' },
    now: later(48 * HOUR),
    says: ['ghost-kept-by-policy'],
    next: { phase: 'closed', closedAs: 'withdrawn' },
  },
  {
    name: 'edge 22: nothing is deregistered on an old word of EC2',
    record: ghost,
    snapshot: { instance },
    now: later(HOUR),
    says: ['ghost-in-grace'],
  },
  {
    name: 'edge 24: a host that EC2 runs is never deregistered',
    record: ghost,
    snapshot: { instance, ec2: 'running' },
    now: later(HOUR),
    says: ['ghost-alive'],
    next: { phase: 'closed', closedAs: 'withdrawn' },
  },
  {
    name: 'edge 23: nor is one on the silence of its agent alone',
    record: aLeaver({ reasons: [ghostReason], hooks: [] }),
    snapshot: { instance },
    now: later(48 * HOUR),
    says: ['ghost-alive'],
  },
  {
    name: 'edge 25: nothing is deregistered inside a hook: it is completed first',
    record: aLeaver({ hooks: [aHook()], ec2: over('terminated') }),
    snapshot: { instance, ec2: 'terminated' },
    now: later(HOUR),
    does: ['complete t1 CONTINUE'],
    says: ['ghost-in-grace'],
    next: { phase: 'leaving' },
  },
  {
    name: 'edge 39: an instance that was drained by order is given back when that is withdrawn',
    record: aLeaver({ reasons: [], hooks: [] }),
    does: ['reactivate'],
    next: { phase: 'closed', closedAs: 'reactivated' },
  },
  {
    name: 'edge 24: nor where it was a ghost among other reasons',
    record: aLeaver({ reasons: [ghostReason, orderReason], hooks: [] }),
    snapshot: { instance, ec2: 'running' },
    says: ['ghost-alive'],
  },
  {
    name: 'edge 39: while a hook is open it is completed, and nothing is given back',
    record: aLeaver({ reasons: [], hooks: [aHook()] }),
    does: ['complete t1 CONTINUE'],
    next: { phase: 'leaving' },
  },
  {
    name: 'edge 39: an instance that EC2 has terminated is not given back',
    record: aLeaver({ reasons: [], hooks: [], ec2: over('terminated') }),
    snapshot: { instance, ec2: 'terminated' },
    says: ['ghost-in-grace'],
  },
  {
    name: 'edge 39: an instance that is not withdrawn stays drained',
    record: aLeaver({ reasons: [orderReason], hooks: [] }),
    snapshot: { instance, ec2: 'running' },
    says: ['instance-leaving'],
  },
];
