// The reference that the packaged function is measured against: the same clients, middy and Logger, nothing else.
import { Logger } from '@aws-lambda-powertools/logger';
import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ECSClient, UpdateContainerInstancesStateCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';

const logger = new Logger({ serviceName: 'bare' });
const ecs = new ECSClient({});
const autoScaling = new AutoScalingClient({});
const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});

export const handler = middy(async () => {
  logger.info('bare');
  await ecs.send(new UpdateContainerInstancesStateCommand({ containerInstances: [], status: 'DRAINING' }));
  await autoScaling.send(
    new CompleteLifecycleActionCommand({
      LifecycleHookName: 'bare',
      AutoScalingGroupName: 'bare',
      LifecycleActionResult: 'CONTINUE',
    }),
  );
  await dynamodb.send(new UpdateItemCommand({ TableName: 'bare', Key: {} }));
  await events.send(new PutEventsCommand({ Entries: [] }));
});
