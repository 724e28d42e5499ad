/**
 * The cluster query language of ECS as a tree
 * (Amazon ECS Developer Guide, "Create expressions to define container instances for Amazon ECS tasks").
 */
export type Expression =
  | Comparison
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression };

export type Comparison =
  | {
      readonly kind: 'equality';
      readonly subject: Subject;
      readonly operator: '==' | '!=';
      readonly value: string;
    }
  | {
      readonly kind: 'order';
      readonly subject: Subject;
      readonly operator: '>' | '>=' | '<' | '<=';
      readonly value: string;
    }
  | { readonly kind: 'existence'; readonly subject: Subject; readonly negated: boolean }
  | {
      readonly kind: 'membership';
      readonly subject: Subject;
      readonly negated: boolean;
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'match';
      readonly subject: Subject;
      readonly negated: boolean;
      readonly pattern: string;
    };

export type Subject =
  | { readonly kind: 'attribute'; readonly name: string }
  /** `task:group`: the groups of the tasks that run on the instance. */
  | { readonly kind: 'task-group' }
  | {
      readonly kind: 'property';
      readonly name:
        | 'agentConnected'
        | 'agentVersion'
        | 'ec2InstanceId'
        | 'registeredAt'
        | 'runningTasksCount';
    };
