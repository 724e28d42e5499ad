import {
  BY,
  BY_HELP,
  CREDENTIALS_HELP,
  FLAG,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  POLICY,
  POLICY_HELP,
  TABLE,
  TABLE_HELP,
} from '../options.ts';

export const OPTIONS = { 'dry-run': FLAG, ...BY, ...POLICY, ...TABLE, ...PLACE, ...JSON_OUTPUT };

export const OPTIONS_HELP = `  SCOPE              all (default), a capability: draining, scaling, failover, retagging; or a part of one:
                     draining/CLUSTER, scaling/CLUSTER/SERVICE, scaling/group/NAME, failover/CLUSTER,
                     failover/CLUSTER/SERVICE, retagging/REPOSITORY (where the tag is given)
  --dry-run          only say what would be done; nothing is changed
${BY_HELP}
${POLICY_HELP}
${TABLE_HELP}
${PLACE_HELP}
${JSON_HELP}

${CREDENTIALS_HELP} They need
dynamodb:Query, PutItem, DeleteItem, BatchGetItem and BatchWriteItem on the table and its index, events:PutEvents, and
sts:GetCallerIdentity.`;
