import type { Service } from '@aws-sdk/client-ecs';
import { parseExpression } from '../../placement/expression/parse.ts';
import type { Expression } from '../../placement/expression/syntax.ts';
import type { Constraint, Strategy, Workload } from '../../placement/model.ts';
import { SERVICE_DEFAULT_STRATEGIES } from '../../placement/strategies.ts';
import { needsOf, type Overrides } from './needs.ts';
import type { Definition } from './read-definitions.ts';

/** What tasks must have in common to be placed alike. */
export interface Kind {
  /** As `service:web` or `family:report`. */
  readonly group: string;
  readonly definition: Definition;
  readonly overrides: Overrides | undefined;
  /** The capacity provider that ECS chose for them; undefined: launch type EC2. */
  readonly provider: string | undefined;
}

/** Workloads of one observation: the same object for all tasks that are placed alike, so that it can be a key. */
export class Workloads {
  readonly #services: ReadonlyMap<string, Service>;
  readonly #known = new Map<string, Workload>();
  readonly #remarks = new Set<string>();

  /** @param services by task group */
  constructor(services: ReadonlyMap<string, Service>) {
    this.#services = services;
  }

  /** What could not be judged, for a person. */
  get remarks(): readonly string[] {
    return [...this.#remarks];
  }

  of(kind: Kind): Workload {
    const key = keyOf(kind);
    let workload = this.#known.get(key);
    if (workload === undefined) {
      workload = this.#make(kind);
      this.#known.set(key, workload);
    }
    return workload;
  }

  #make({ group, definition, overrides, provider }: Kind): Workload {
    const service = this.#services.get(group);
    const own = (service?.placementConstraints ?? []).map(({ type, expression = '' }): Constraint => {
      return type === 'distinctInstance' ? { type } : this.#memberOf(expression, group);
    });
    const ofDefinition = definition.expressions.map((text) => this.#memberOf(text, nameOf(definition)));
    return {
      group,
      needs: needsOf(definition, overrides),
      constraints: [...own, ...ofDefinition],
      strategies: strategiesOf(service),
      providers: provider === undefined ? undefined : [provider],
    };
  }

  #memberOf(text: string, of: string): Constraint {
    const parsed = parseExpression(text);
    if (parsed.ok) return { type: 'memberOf', expression: parsed.expression };
    this.#remarks.add(
      `The placement constraint "${text}" of ${of} cannot be read at character ${parsed.at + 1}: ${parsed.message}. ` +
        'Its tasks are taken to fit on no other instance, so that theirs stay; correct the expression, or write it otherwise.',
    );
    return { type: 'memberOf', expression: NEVER };
  }
}

/** The same from one observation to the next. */
export function keyOf({ group, definition, overrides, provider }: Kind): string {
  const rest = [provider, overrides && JSON.stringify(overrides)].filter((one) => one !== undefined);
  return [group, nameOf(definition), ...rest].join(' ');
}

const nameOf = ({ arn }: Definition) => arn.slice(arn.lastIndexOf('/') + 1);

const TYPE = { kind: 'attribute', name: 'ecs.instance-type' } as const;
/** True of no instance. */
const NEVER: Expression = {
  kind: 'and',
  left: { kind: 'existence', subject: TYPE, negated: false },
  right: { kind: 'existence', subject: TYPE, negated: true },
};

/** RunTask's own strategy and constraints are not to be read anywhere: a standalone task has none here. */
function strategiesOf(service: Service | undefined): readonly Strategy[] {
  if (service === undefined || service.schedulingStrategy === 'DAEMON') return [];
  const { placementStrategy = [] } = service;
  if (placementStrategy.length === 0) return SERVICE_DEFAULT_STRATEGIES;
  return placementStrategy.map(({ type, field = '' }): Strategy => {
    if (type === 'binpack') return { type, field: field.toLowerCase() === 'cpu' ? 'cpu' : 'memory' };
    return type === 'spread' ? { type, field } : { type: 'random' };
  });
}
