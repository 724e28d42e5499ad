import { compilePolicy, type FunctionName, functionNames } from '../../lib/policy/compile.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { type Packaged, packageService, roleStatements } from '../stack/service.ts';
import { arnOf, usual } from './request.ts';
import { deployed, deployedStatement, type Names, type RoleStatement, roleNames } from './roles.ts';

/** What a template has of one function beside the statements that are compiled from the policy. */
export interface OwnOfFunction {
  readonly statements: readonly RoleStatement[];
  readonly table: string;
  readonly logGroup: string;
  /** The ARN of the queue for what it failed on, and the queue's own policy. */
  readonly queue: string;
  readonly queuePolicy: unknown;
}

export type OwnOfStack = Readonly<Record<FunctionName, OwnOfFunction>>;

/**
 * What `serverless package` makes of the policies. That takes seconds, so it is done for some, and under every other
 * policy a role is the compiled statements and these: that this is so, the packaged ones prove.
 * @throws with the framework's output if it does not package, or with what a role has that is not evaluated
 */
export function packagedOwn(policies: readonly string[]): OwnOfStack {
  const [first, ...others] = policies.map(ownOfStack);
  if (first === undefined) throw new Error('packagedOwn needs a policy.');
  if (others.some((other) => JSON.stringify(other) !== JSON.stringify(first))) {
    throw new Error('What the roles may do to the stack itself differs by policy: package each of them.');
  }
  return first;
}

function ownOfStack(policy: string): OwnOfStack {
  const service = packageService({ policy });
  if (service.status !== 0) throw new Error(`serverless package failed:\n${service.output}`);
  refuseOtherPolicies(service);
  const compiled = compile(policy);
  const names = namesIn(service);
  const of = (name: FunctionName) => ownOfFunction(service, name, names, compiled.statements[name]);
  return {
    drain: of('drain'),
    scale: of('scale'),
    failover: of('failover'),
    retag: of('retag'),
    capacity: of('capacity'),
  };
}

function compile(policy: string) {
  const loaded = parsePolicy(policy, 'policy.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return compilePolicy(loaded.policy);
}

function ownOfFunction(
  service: Packaged,
  name: FunctionName,
  names: Names,
  statements: readonly Parameters<typeof deployedStatement>[0][],
): OwnOfFunction {
  const role = roleNames[name];
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
  const lambda = properties(service, id);
  same(`the role of ${id}`, deployed(lambda.Role, usual, names), names[`${role}.Arn`]);
  refuseUnevaluated(role, properties(service, role));
  const text = (one: unknown) => JSON.stringify(one);
  const compiled = statements.map((one) => text(deployedStatement(one, usual)));
  const all = roleStatements(service, role).map((one) => deployedStatement(one, usual, names));
  same(`${role} of the template`, all.map(text).slice(0, compiled.length), compiled);
  const environment = deployed(member(lambda, 'Environment', 'Variables', 'TABLE_NAME'), usual, names);
  const destination = member(
    properties(service, `${id.replace('Function', '')}EvConf`),
    'DestinationConfig',
    'OnFailure',
    'Destination',
  );
  const queue = String(deployed(destination, usual, names));
  return {
    statements: all.slice(compiled.length),
    table: String(environment),
    logGroup: `/aws/lambda/${String(lambda.FunctionName)}`,
    queue,
    queuePolicy: queuePolicyOf(service, queue, names),
  };
}

/** What the evaluator is not given must not be there: a boundary, a managed policy, another principal that assumes it. */
function refuseUnevaluated(role: string, found: Readonly<Record<string, unknown>>): void {
  const known = ['AssumeRolePolicyDocument', 'Description', 'Policies', 'Tags'];
  const others = Object.keys(found).filter((name) => !known.includes(name));
  if (others.length > 0)
    throw new Error(`${role} has ${others.join(', ')}, which test/iam does not evaluate.`);
  same(`who may assume ${role}`, member(found, 'AssumeRolePolicyDocument', 'Statement'), [
    {
      Sid: 'Lambda',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ]);
}

/** Policies may be attached to a role from outside, too; and other roles than those of the functions are nobody's here. */
function refuseOtherPolicies({ resources }: Packaged): void {
  const expected: readonly string[] = functionNames.map((name) => roleNames[name]);
  const others = Object.entries(resources).filter(
    ([id, { Type }]) =>
      Type.startsWith('AWS::IAM::') && !(Type === 'AWS::IAM::Role' && expected.includes(id)),
  );
  const list = others.map(([id, { Type }]) => `${id} (${Type})`).join(', ');
  if (others.length > 0) throw new Error(`The template has ${list}, which test/iam does not evaluate.`);
}

function namesIn(service: Packaged): Names {
  const table = String(properties(service, 'Table').TableName);
  const queue = (id: string) => arnOf(usual, 'sqs', String(properties(service, id).QueueName));
  const roles = functionNames.map((name) => roleNames[name]);
  return {
    Table: table,
    'Table.Arn': arnOf(usual, 'dynamodb', `table/${table}`),
    FailedEvents: queue('FailedEvents'),
    'FailedEvents.Arn': queue('FailedEvents'),
    UndeliveredEvents: queue('UndeliveredEvents'),
    ...Object.fromEntries(roles.map((role) => [`${role}.Arn`, `arn:aws:iam::${usual.account}:role/${role}`])),
  };
}

function queuePolicyOf({ resources }: Packaged, queue: string, names: Names): unknown {
  const policies = Object.values(resources).filter(({ Type, Properties: { Queues } }) => {
    return Type === 'AWS::SQS::QueuePolicy' && [deployed(Queues, usual, names)].flat().includes(queue);
  });
  const [policy] = policies;
  if (policy === undefined || policies.length > 1)
    throw new Error(`${queue} has ${policies.length} policies.`);
  return deployed(policy.Properties.PolicyDocument, usual, names);
}

function properties({ resources }: Packaged, id: string): Readonly<Record<string, unknown>> {
  const found = resources[id]?.Properties;
  if (found === undefined) throw new Error(`The template has no ${id}.`);
  return found;
}

function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => Object(at)[name], value);
}

function same(what: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what} is\n  ${one}\nand test/iam evaluates\n  ${other}`);
}
