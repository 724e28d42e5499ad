import type { FunctionName } from '../../lib/policy/compile.ts';
import type { Place } from './request.ts';

/** A statement as AWS has it once it is deployed: texts only. */
export interface RoleStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** A function's role as it is in the account, all of its inline policies together. */
export interface RolePolicy {
  readonly name: string;
  readonly document: { readonly Version: '2012-10-17'; readonly Statement: readonly RoleStatement[] };
}

/** A statement as the compiler or the template has it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The logical ids of serverless.yml; template.ts checks that the functions have these roles. */
export const roleNames = {
  drain: 'DrainRole',
  scale: 'ScaleRole',
  failover: 'FailoverRole',
  retag: 'RetagRole',
  capacity: 'CapacityRole',
} as const satisfies Readonly<Record<FunctionName, string>>;

/** The same statements are the same role, however often they are deployed: what was asked of it need not be again. */
const roles = new Map<string, RolePolicy>();

export function roleOf(name: string, statements: readonly RoleStatement[]): RolePolicy {
  const key = JSON.stringify([name, statements]);
  const role = roles.get(key) ?? { name, document: { Version: '2012-10-17', Statement: statements } };
  roles.set(key, role);
  return role;
}

/** What the stack's own resources are called: the value of `Ref` by logical id, or of `Fn::GetAtt` by `ID.Attribute`. */
export type Names = Readonly<Record<string, string>>;

export function deployedStatement(statement: Statement, place: Place, names: Names = {}): RoleStatement {
  const { Sid = '', Effect, Action, Resource, Condition, ...others } = statement;
  const unknown = Object.keys(others);
  if (unknown.length > 0)
    throw new Error(`test/iam does not know ${unknown.join(', ')} of the statement ${Sid}.`);
  const resources = [Resource].flat().map((one) => String(deployed(one, place, names)));
  const rest = { Sid, Effect, Action: [Action].flat(), Resource: resources };
  return Condition === undefined ? rest : { ...rest, Condition: deployed(Condition, place, names) };
}

/** What CloudFormation makes of a value. @throws for an intrinsic function or a name that is not known here */
export function deployed(value: unknown, place: Place, names: Names = {}): unknown {
  if (Array.isArray(value)) return value.map((one) => deployed(one, place, names));
  if (typeof value !== 'object' || value === null) return value;
  const known = (name: string) => nameOf(name, { ...pseudo(place), ...names });
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value);
  switch (intrinsic) {
    case 'Fn::Sub':
      return String(argument).replace(/\$\{([^}]+)\}/g, (_, name: string) => known(name));
    case 'Fn::GetAtt':
      return known([argument].flat().join('.'));
    case 'Ref':
      return known(String(argument));
    default:
      if (intrinsic.startsWith('Fn::'))
        throw new Error(`test/iam/roles.ts does not know ${intrinsic}: add it there.`);
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, deployed(one, place, names)]),
      );
  }
}

const pseudo = ({ account, region, stack }: Place): Names => ({
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::StackName': stack,
});

function nameOf(name: string, names: Names): string {
  const value = names[name];
  if (value === undefined)
    throw new Error(`test/iam does not know \${${name}} of the template: add it there.`);
  return value;
}
