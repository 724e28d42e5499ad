import type { FailoverPolicy, MigrationPolicy, ProbePolicy, ServicePolicy } from '../failover/policy.ts';
import { clusterName, serviceName } from '../ids.ts';
import { type FailoverFile, failoverSchema, probeDefaults } from './failover-schema.ts';

type ServiceFile = FailoverFile['services'][string];
type MigrationFile = FailoverFile['migrations'][string];

/** The failover section as the function reads it. What the checks of the file refuse does not come here. */
export function failoverPolicy(file: FailoverFile): FailoverPolicy {
  const { coolOff, factor, most, jitter, probe } = file.breaker;
  return {
    mode: file.mode,
    services: Object.entries(file.services).map(([id, service]) => servicePolicy(id, service)),
    breaker: {
      coolOffMs: coolOff,
      factor,
      mostMs: most,
      jitter: jitter / 100,
      probe: probePolicy(probe),
    },
    limits: file.limits,
    migrations: Object.entries(file.migrations).map(([cluster, body]) => migrationPolicy(cluster, body)),
  };
}

/** Of a policy without the section: no service, and nothing is changed. */
export const noFailover: FailoverPolicy = failoverPolicy(failoverSchema.parse({ mode: 'observe' }));

function servicePolicy(id: string, file: ServiceFile): ServicePolicy {
  const [cluster = '', service = ''] = id.split('/');
  const { placementFailure, interruptions, deficit, alarm } = file.signals;
  return {
    id: `service/${id}`,
    cluster: clusterName(cluster),
    service: serviceName(service),
    graceMs: file.grace,
    signals: {
      placementFailure,
      interruptions: interruptions && { count: interruptions.count, windowMs: interruptions.within },
      deficit: deficit && { forMs: deficit.for },
      alarm,
    },
    onDemandShare: file.onDemand.share,
    taskHoursPerDay: file.onDemand.taskHoursPerDay,
    image: file.image,
    duringDeployment: file.duringDeployment,
    steps: file.return.steps,
    soakMs: file.return.soak,
    stepTimeoutMs: file.return.timeout,
    flaps: { most: file.flaps.most, windowMs: file.flaps.within },
    paired: file.paired === null ? null : serviceName(file.paired),
  };
}

function probePolicy(file: FailoverFile['breaker']['probe']): ProbePolicy {
  const { share, soak, timeout } = file === 'task' ? {} : file;
  const defaults = probeDefaults[share === undefined ? 'task' : 'share'];
  const times = { soakMs: soak ?? defaults.soak, timeoutMs: timeout ?? defaults.timeout };
  return share === undefined ? { kind: 'task', ...times } : { kind: 'share', percent: share, ...times };
}

function migrationPolicy(cluster: string, file: MigrationFile): MigrationPolicy {
  return {
    cluster: clusterName(cluster),
    services: file.services.map(serviceName),
    base: file.base,
    onDemandWeight: file.onDemandWeight,
    spotWeight: file.spotWeight,
    image: file.image,
    soakMs: file.soak,
    stepTimeoutMs: file.timeout,
  };
}
