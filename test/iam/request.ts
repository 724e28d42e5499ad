/** Where a stack is. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly stack: string;
}

/** Where simulated worlds are unless they say otherwise, and the stack as serverless.yml names it. */
export const usual: Place = { account: '111122223333', region: 'eu-west-1', stack: 'stevedore' };

/** What IAM is asked when a call is made: one call may come to several. */
export interface IamRequest {
  /** As `ecs:DescribeTasks`. */
  readonly action: string;
  /** An ARN, or `*` where AWS has no resource type for the action. */
  readonly resource: string;
  readonly context: Readonly<Record<string, string | string[]>>;
}

/** A call of the SDK, as the simulator records it. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
}

export type Input = Readonly<Record<string, unknown>>;

/** Where nothing is known of repositories and instances. */
export const unknownThings: Pick<Circumstances, 'isEnhanced' | 'groupOf'> = {
  isEnhanced: () => false,
  groupOf: () => undefined,
};

export const isInput = (value: unknown): value is Input => typeof value === 'object' && value !== null;

/** Facts that are not in the input of the call; the place is that of what is called. */
export interface Circumstances extends Place {
  /** Whether Amazon Inspector scans what is in the repository. */
  readonly isEnhanced: (repository: string) => boolean;
  /** The Auto Scaling group of an instance. */
  readonly groupOf: (instance: string) => string | undefined;
}

/** What each operation of a service asks of IAM. */
export type Mapping = Readonly<
  Record<string, (input: Input, circumstances: Circumstances) => readonly IamRequest[]>
>;

export const arnOf = ({ region, account }: Place, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** A member of the input. @throws when it is missing or no text: then this mapping does not know the call */
export function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw new Error(`the input has no text ${name}`);
  return value;
}

export const texts = (input: Input, name: string): readonly string[] => {
  const value = input[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

/** An action without a resource type. */
export const onAll = (action: string) => (): readonly IamRequest[] => [
  { action, resource: '*', context: {} },
];
