// The compiled policy, bundled into each function by functions/bundle.ts. No configuration is read at run time, so
// that a roll-back of the stack is a roll-back of the policy.
declare module 'stevedore:policy' {
  export const draining: import('../lib/draining/policy.ts').DrainingPolicy;
  export const scaling: import('../lib/scaling/policy.ts').ScalingPolicy;
  export const failover: import('../lib/failover/policy.ts').FailoverPolicy;
  export const retagging: import('../lib/retagging/policy.ts').RetaggingPolicy;
  export const capacity: import('../lib/capacity/policy.ts').CapacityPolicy;
}
