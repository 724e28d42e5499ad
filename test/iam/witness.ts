import type { FunctionName } from '../../lib/policy/compile.ts';
import { type Deployed, deploymentListeners } from '../../simulator/deployed.ts';
import { type Call, type Circumstances, type IamRequest, usual } from './request.ts';
import { requestsOf } from './requests.ts';
import { deployedStatement, type RolePolicy, type RoleStatement, roleNames, roleOf } from './roles.ts';

/** One request that a role made: the first call that came to it, and how many did. */
export interface Asked {
  readonly scenario: string;
  readonly role: RolePolicy;
  readonly operation: string;
  readonly input: unknown;
  /** Undefined when the call could not be read. */
  readonly request: IamRequest | undefined;
  readonly unreadable: string | undefined;
  calls: number;
}

export interface Witness {
  /** Each different request since the last time, and then none of them any more. */
  take(): Asked[];
  /** Every role that there was. */
  readonly roles: ReadonlySet<RolePolicy>;
  /** What is played now, for the report. */
  scenario: string;
  /** A call that was not made in a simulated world. */
  heard(role: RolePolicy, call: Call, circumstances: Circumstances): void;
}

/** Statements that the role of a function has whatever the policy says. */
export type OwnStatements = (name: FunctionName) => readonly RoleStatement[];

/**
 * From now on, hears of every call that a function of Stevedore makes in a simulated world, with the role that it has
 * there. What a test, a scenario or a function of theirs asks of the world is not heard of.
 */
export function createWitness(own: OwnStatements = () => []): Witness {
  const asked = new Map<RolePolicy, Map<string, Asked>>();
  const roles = new Set<RolePolicy>();

  function note(asking: RolePolicy, entry: Omit<Asked, 'calls' | 'scenario'>): void {
    const known = asked.get(asking) ?? new Map<string, Asked>();
    asked.set(asking, known);
    const key = JSON.stringify([entry.operation, entry.request ?? entry.unreadable]);
    const before = known.get(key);
    if (before === undefined) known.set(key, { ...entry, scenario: witness.scenario, calls: 1 });
    else before.calls += 1;
  }

  function heard(role: RolePolicy, call: Call, circumstances: Circumstances): void {
    roles.add(role);
    const operation = `${call.service}:${call.operation}`;
    const first = { role, operation, input: call.input };
    try {
      for (const request of requestsOf(call, circumstances)) {
        note(role, { ...first, request, unreadable: undefined });
      }
    } catch (error) {
      // It is told when all are judged: here it would be an error of the function's call.
      const unreadable = error instanceof Error ? error.message : String(error);
      note(role, { ...first, request: undefined, unreadable });
    }
  }

  const witness: Witness = {
    scenario: '',
    roles,
    heard,
    take() {
      const all = [...asked.values()].flatMap((of) => [...of.values()]);
      asked.clear();
      return all;
    },
  };
  deploymentListeners.push(({ world, statements, functionOf }: Deployed) => {
    const { account, region } = world.kernel;
    const place = { ...usual, account, region };
    const isEnhanced = (name: string) => world.ecr.repositories.get(name)?.scanning === 'enhanced';
    const groupOf = (id: string) => world.ec2.instances.get(id)?.tags['aws:autoscaling:groupName'];
    const role = (name: FunctionName) => {
      const compiled = statements[name].map((one) => deployedStatement(one, place));
      return roleOf(roleNames[name], compiled.length === 0 ? [] : [...compiled, ...own(name)]);
    };
    const of = {
      drain: role('drain'),
      scale: role('scale'),
      failover: role('failover'),
      retag: role('retag'),
      capacity: role('capacity'),
    };
    for (const one of Object.values(of)) if (one.document.Statement.length > 0) roles.add(one);
    world.recording.callListeners.push(({ invocation, ...call }) => {
      const name = invocation === undefined ? undefined : functionOf(invocation);
      if (name !== undefined) heard(of[name], call, { ...place, isEnhanced, groupOf });
    });
  });
  return witness;
}
