import type { Heard as CapacityHeard } from '../../lib/capacity/notice.ts';
import type { CapacityPolicy } from '../../lib/capacity/policy.ts';
import { PARTITION } from '../../lib/capacity/reconcile.ts';
import type { CapacityRecord } from '../../lib/capacity/record.ts';
import { keyOf } from '../../lib/failover/dependencies.ts';
import { migrationKey } from '../../lib/failover/migration/migrations.ts';
import type { Heard } from '../../lib/failover/notice.ts';
import type { FailoverPolicy } from '../../lib/failover/policy.ts';
import type { FailoverRecord } from '../../lib/failover/record.ts';
import type { RecordKey } from '../../lib/state/store.ts';
import type { Copied } from '../dry-run.ts';

/** The records of the policy's services and migrations, and those of the breakers that the services share. */
export const failoverRecords = ({ services, migrations }: FailoverPolicy): Copied<FailoverRecord, Heard> => ({
  async keys(store): Promise<readonly RecordKey[]> {
    const own = services.map(({ id }) => keyOf(id));
    const pools = (await store.read(own)).flatMap(({ state }) =>
      state.kind === 'service' && state.pool ? [state.pool.id] : [],
    );
    return [
      ...own,
      ...[...new Set(pools)].map(keyOf),
      ...migrations.map(({ cluster }) => migrationKey(cluster)),
    ];
  },
});

/** A record for each cluster of the policy. */
export const capacityRecords = ({ clusters }: CapacityPolicy): Copied<CapacityRecord, CapacityHeard> => ({
  keys: () => Promise.resolve(clusters.map(({ cluster: id }): RecordKey => ({ partition: PARTITION, id }))),
});
