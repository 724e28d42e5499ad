import assert from 'node:assert/strict';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { TICK } from '../../../lib/draining/timing.ts';
import { functionNames } from '../../../lib/policy/compile.ts';
import { type Aws, tick } from '../aws.ts';
import { journalled, until } from '../cases.ts';
import { putHook, statusOf } from '../hosts.ts';
import { STACK } from '../names.ts';
import { listRules } from '../rules.ts';
import type { Stage } from './stage.ts';

// What the account looks like after a command, by AWS's own APIs. The names are those of the README's policy.

export const REGION = 'eu-west-1';
export const CLUSTER = 'prod';
export const GROUP = 'prod-ecs';

const cloudFormation = ({ front }: Aws) =>
  new CloudFormationClient({
    endpoint: front.url,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

/** The framework creates it with the bucket alone, and then updates it: so it is from the first deployment on. */
const COMPLETE = 'UPDATE_COMPLETE';

export const stackIsComplete: Stage = {
  name: `the stack is ${COMPLETE}`,
  async run({ aws }) {
    const { Stacks } = await cloudFormation(aws).send(new DescribeStacksCommand({ StackName: STACK }));
    assert.deepEqual(
      Stacks?.map(({ StackStatus }) => StackStatus),
      [COMPLETE],
    );
  },
};

/** The physical ids of what the stack has of a type. */
async function idsOf(aws: Aws, type: string): Promise<string[]> {
  const request = new DescribeStackResourcesCommand({ StackName: STACK });
  const { StackResources = [] } = await cloudFormation(aws).send(request);
  return StackResources.filter(({ ResourceType }) => ResourceType === type).map(
    ({ PhysicalResourceId = '' }) => PhysicalResourceId,
  );
}

export const functionsAreThere: Stage = {
  name: 'it has a function for each capability, and that of draining answers a tick',
  async run({ aws }) {
    const found = await idsOf(aws, 'AWS::Lambda::Function');
    assert.deepEqual(found.toSorted(), functionNames.map((name) => `${STACK}-${name}`).toSorted());
    await aws.invoke('drain', tick());
  },
};

export const rulesAreOn: Stage = {
  name: 'its rules are on, and call the function of draining',
  async run({ aws }) {
    const rules = await listRules(aws);
    assert.ok(rules.length > 1);
    for (const { Name, State, Targets } of rules) {
      assert.equal(State, 'ENABLED', Name);
      assert.match(Targets[0]?.Arn ?? '', /function:stevedore-drain$/, Name);
    }
  },
};

/** What IAM says of the role of draining; the project has no client of the SDK for that. */
async function permissions(aws: Aws): Promise<string> {
  const [role = ''] = (await idsOf(aws, 'AWS::IAM::Role')).filter((id) => id.includes('DrainRole'));
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request';
  const body = new URLSearchParams({
    Action: 'GetRolePolicy',
    Version: '2010-05-08',
    RoleName: role,
    PolicyName: 'policy',
  });
  const answer = await fetch(aws.front.url, { method: 'POST', headers: { authorization }, body });
  const text = decodeURIComponent(await answer.text());
  assert.match(text, /ecs:ListContainerInstances/, `role ${role}`);
  return text;
}

const CHANGES = /ecs:UpdateContainerInstancesState/;

export const mayNotDrain: Stage = {
  name: 'its role may not change a container instance',
  run: async ({ aws }) => assert.doesNotMatch(await permissions(aws), CHANGES),
};

export const mayDrain: Stage = {
  name: 'its role may change a container instance',
  run: async ({ aws }) => assert.match(await permissions(aws), CHANGES),
};

/** Draining looks again a minute after what it only noted: more than this is told as not having come. */
const NEXT_LOOK_MS = TICK + 30_000;

/** In twenty hours: within the lead time, and long after the tour, so that a plan of it does not go out of date. */
const AHEAD_MS = 20 * 3_600_000;

export const announcesMaintenance: Stage = {
  name: 'AWS announces that it retires the first instance tomorrow',
  async run({ aws, hosts: [first = ''] }) {
    const eventTypeCode = 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED';
    await aws.put(
      'aws.health',
      'AWS Health Event',
      {
        eventArn: `arn:aws:health:${REGION}::event/EC2/${eventTypeCode}/${eventTypeCode}_tour`,
        service: 'EC2',
        eventTypeCode,
        eventTypeCategory: 'scheduledChange',
        eventScopeCode: 'ACCOUNT_SPECIFIC',
        communicationId: 'tour-1',
        startTime: new Date(Date.now() + AHEAD_MS).toUTCString(),
        lastUpdatedTime: new Date().toUTCString(),
        statusCode: 'upcoming',
        eventRegion: REGION,
        affectedEntities: [{ entityValue: first, status: 'PENDING' }],
        page: '1',
        totalPages: '1',
      },
      [first],
    );
  },
};

export const onlyNotesIt: Stage = {
  name: 'the journal says that it would be drained, and ECS that it is ACTIVE',
  async run({ aws, hosts: [first = ''] }) {
    await journalled(aws, { capability: 'draining', outcome: 'observed', subject: first });
    assert.equal(await statusOf(aws, CLUSTER, first), 'ACTIVE');
  },
};

export const drainsIt: Stage = {
  name: 'with its next tick the first instance is DRAINING, the other ACTIVE',
  async run({ aws, hosts: [first = '', second = ''] }) {
    await until(
      `${first} is DRAINING`,
      async () => {
        await aws.invoke('drain', tick());
        return statusOf(aws, CLUSTER, first);
      },
      (found) => found === 'DRAINING',
      NEXT_LOOK_MS,
    );
    assert.equal(await statusOf(aws, CLUSTER, second), 'ACTIVE');
    await journalled(aws, { capability: 'draining', outcome: 'acted', subject: first });
  },
};

export const hasHook: Stage = {
  name: 'the group gets the hook of docs/policy.md',
  run: ({ aws }) => putHook(aws, GROUP),
};
