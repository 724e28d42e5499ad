// What policy.yml calls things.

/** The stack, and the prefix of its functions, table and queues. */
export const STACK = 'stevedore';
/** The cluster of container instances. */
export const HOSTS = 'live-hosts';
export const GROUP = 'live-group';
export const HOOK = 'stevedore-drain';
/** A cluster whose instances are counted, and its group. */
export const COUNTED = 'live-counted';
export const COUNTED_GROUP = 'live-counted-group';
/** The cluster of services. */
export const CLUSTER = 'live';
/** Fail over. */
export const WORKER = 'worker';
export const BATCH = 'batch';
/** Are scaled, each by an alarm of its own. */
export const WEB = 'web';
export const QUIET = 'quiet';
export const alarmOf = (service: string) => `live-${service}-high`;
export const REPOSITORY = 'shop/api';
export const TAG = 'staging';
