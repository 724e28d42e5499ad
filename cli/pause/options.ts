import { ACTING, ACTING_HELP, CREDENTIALS_HELP, FLAG } from '../options.ts';

export const OPTIONS = { 'dry-run': FLAG, ...ACTING };

export const OPTIONS_HELP = `  SCOPE              all (default), a capability: draining, scaling, failover, retagging, capacity; or a part
                     of one:                      draining/CLUSTER, scaling/CLUSTER/SERVICE, scaling/group/NAME, failover/CLUSTER,
                     failover/CLUSTER/SERVICE, retagging/REPOSITORY (where the tag is given), capacity/CLUSTER
  --dry-run          only say what would be done; nothing is changed
${ACTING_HELP}

${CREDENTIALS_HELP} They need
dynamodb:Query, PutItem, DeleteItem, BatchGetItem and BatchWriteItem on the table and its index, events:PutEvents, and
sts:GetCallerIdentity.`;
