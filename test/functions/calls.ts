/** An error as the SDK throws it: told apart by its name and, where AWS is vague, its message. */
export function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

export const throttled = () => awsError('ThrottlingException', 'Rate exceeded');

/** @param action as IAM names it, e.g. `ecs:ListTasks` */
export const denied = (action: string) =>
  awsError(
    'AccessDeniedException',
    `User: arn:aws:sts::111122223333:assumed-role/drain/fn is not authorized to perform: ${action} on resource: * because no identity-based policy allows it`,
  );

export interface Call {
  /** `Service:Operation`. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Held {
  /** Resolves when the call has been made and waits. */
  readonly reached: Promise<void>;
  release(): void;
}

type Input = Call['input'];
type Fault = (input: Input) => Promise<void> | void;

const READS = /:(List|Describe|Get|BatchGet)/;

/** Logs every call in order, and can make the next ones fail or wait. */
export function createCallLog() {
  const calls: Call[] = [];
  const faults = new Map<string, { left: number; readonly fault: Fault }[]>();

  const inject = (name: string, left: number, fault: Fault) =>
    void faults.set(name, [...(faults.get(name) ?? []), { left, fault }]);

  return {
    calls,
    /** Answers calls of this name with `reply`, after the faults that were put in their way. */
    answer:
      <Request extends object>(name: string, reply: (input: Request) => unknown) =>
      async (input: Request) => {
        const plain = Object.fromEntries(Object.entries(input));
        calls.push({ name, input: plain });
        const next = faults.get(name)?.find(({ left }) => left > 0);
        if (next) {
          next.left -= 1;
          await next.fault(plain);
        }
        return reply(input);
      },
    /** The next `times` calls of this name throw, instead of being carried out. */
    fail: (name: string, error: Error, times = 1) =>
      inject(name, times, () => {
        throw error;
      }),
    /** Calls of this name throw where `when` says so. */
    failWhen: (name: string, error: Error, when: (input: Input) => boolean) =>
      inject(name, Number.POSITIVE_INFINITY, (input) => {
        if (when(input)) throw error;
      }),
    /** The next call of this name waits until it is released. */
    hold(name: string): Held {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      inject(name, 1, () => {
        reached.resolve();
        return released.promise;
      });
      return { reached: reached.promise, release: released.resolve };
    },
    /** The names of the calls since `from`, in order. */
    names: (from = 0) => calls.slice(from).map(({ name }) => name),
    /** The calls that change something. */
    writes: () => calls.filter(({ name }) => !READS.test(name)).map(({ name }) => name),
    inputs: (name: string) => calls.filter((call) => call.name === name).map(({ input }) => input),
  };
}

export type CallLog = ReturnType<typeof createCallLog>;
