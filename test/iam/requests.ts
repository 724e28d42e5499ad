import { type Call, type Circumstances, type IamRequest, isInput, type Mapping } from './request.ts';
import { ecr } from './requests-ecr.ts';
import { ecs } from './requests-ecs.ts';
import {
  applicationAutoScaling,
  autoScaling,
  cloudWatch,
  dynamoDb,
  ec2,
  eventBridge,
  lambda,
} from './requests-rest.ts';

const mappings: Readonly<Record<string, Mapping>> = {
  ApplicationAutoScaling: applicationAutoScaling,
  AutoScaling: autoScaling,
  CloudWatch: cloudWatch,
  DynamoDB: dynamoDb,
  EC2: ec2,
  ECR: ecr,
  ECS: ecs,
  EventBridge: eventBridge,
  Lambda: lambda,
};

/** What IAM is asked when the call is made: every request has to be allowed. @throws for an unknown operation */
export function requestsOf(call: Call, circumstances: Circumstances): readonly IamRequest[] {
  const map = mappings[call.service]?.[call.operation];
  if (map === undefined) {
    throw new Error(
      `test/iam does not know what ${call.service}:${call.operation} asks of IAM: add it to test/iam/requests-*.ts from the Service Authorization Reference.`,
    );
  }
  return map(isInput(call.input) ? call.input : {}, circumstances);
}
