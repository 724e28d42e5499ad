import { agentDisconnected } from './checks/agent-disconnected.ts';
import { agentTooOld } from './checks/agent-too-old.ts';
import { constraintMatchesNothing } from './checks/constraint-matches-nothing.ts';
import { deregistrationTooSlow } from './checks/deregistration-too-slow.ts';
import { fixedHostPort } from './checks/fixed-host-port.ts';
import { ghostInstance } from './checks/ghost-instance.ts';
import { hookShorterThanDeadline } from './checks/hook-shorter-than-deadline.ts';
import { loadBalancerPorts } from './checks/load-balancer-ports.ts';
import { mutableTag } from './checks/mutable-tag.ts';
import { noHealthCheckGrace } from './checks/no-health-check-grace.ts';
import { noRoomToReplace } from './checks/no-room-to-replace.ts';
import { plainSecret } from './checks/plain-secret.ts';
import { providerNotAssociated } from './checks/provider-not-associated.ts';
import { repositoryWithoutLifecycle } from './checks/repository-without-lifecycle.ts';
import { repositoryWithoutScan } from './checks/repository-without-scan.ts';
import { s3Mount } from './checks/s3-mount.ts';
import { scaleInProtectionLeft } from './checks/scale-in-protection-left.ts';
import { spotWaitsForReplacement } from './checks/spot-waits-for-replacement.ts';
import { spotWithoutBase } from './checks/spot-without-base.ts';
import { stopTimeoutBeyondSpot } from './checks/stop-timeout-beyond-spot.ts';
import { targetCapacityLoops } from './checks/target-capacity-loops.ts';
import { terminateHookMissing } from './checks/terminate-hook-missing.ts';
import { tooManyContainers } from './checks/too-many-containers.ts';
import { twoDrainers } from './checks/two-drainers.ts';
import { twoScalers } from './checks/two-scalers.ts';
import { wrongCluster } from './checks/wrong-cluster.ts';
import type { Check } from './finding.ts';

/** Every check; within a severity findings stand in this order. */
export const CHECKS: readonly Check[] = [
  wrongCluster,
  noRoomToReplace,
  fixedHostPort,
  loadBalancerPorts,
  terminateHookMissing,
  twoDrainers,
  hookShorterThanDeadline,
  scaleInProtectionLeft,
  ghostInstance,
  agentDisconnected,
  agentTooOld,
  constraintMatchesNothing,
  twoScalers,
  targetCapacityLoops,
  providerNotAssociated,
  spotWithoutBase,
  spotWaitsForReplacement,
  stopTimeoutBeyondSpot,
  deregistrationTooSlow,
  noHealthCheckGrace,
  plainSecret,
  tooManyContainers,
  s3Mount,
  mutableTag,
  repositoryWithoutLifecycle,
  repositoryWithoutScan,
];
