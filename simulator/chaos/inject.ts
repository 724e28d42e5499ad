import { MINUTE } from '../../lib/clock.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import type { Call, PartialEffect } from '../faults.ts';
import { ApiError, type BusEvent } from '../kernel.ts';
import type { Stage } from './build.ts';
import { around } from './draw.ts';
import { FAULTS_MS, type Fault, type FaultKind, type TechnicalFault } from './faults.ts';
import { carryOut } from './people.ts';
import { sampleEvents } from './samples.ts';
import { endure } from './spells.ts';

const WRITES = new Set(['append', 'commit', 'claim', 'release', 'point', 'acknowledge']);

type Of<Kind extends FaultKind['kind']> = Extract<FaultKind, { readonly kind: Kind }>;

/** Puts the faults on the world's calendar. All of them end `FAULTS_MS` after now. */
export function inject(stage: Stage, faults: readonly Fault[]): void {
  const startsAt = stage.world.now();
  const endsAt = startsAt + FAULTS_MS;
  for (const { afterMs, what } of faults) {
    stage.world.at(startsAt + afterMs, () => begin(stage, what, endsAt));
  }
}

function begin(stage: Stage, fault: FaultKind, endsAt: number): void {
  const { world } = stage;
  const end = (forMs: number, undo: () => void) => world.at(Math.min(world.now() + forMs, endsAt), undo);
  switch (fault.kind) {
    case 'drop':
    case 'duplicate':
    case 'delay':
    case 'reorder':
    case 'throttle':
    case 'fail':
    case 'deny':
    case 'stale':
    case 'partial':
    case 'crash':
    case 'crash-at-store':
    case 'slow':
    case 'invoke':
    case 'stray':
    case 'skew':
      goWrong(stage, fault, endsAt, end);
      return;
    case 'disconnect':
    case 'drought':
    case 'shortage':
    case 'quota':
    case 'load':
    case 'pause':
    case 'suspend':
    case 'idle':
    case 'bad-deploy':
      endure(stage, fault, end);
      return;
    default:
      carryOut(stage, fault);
  }
}

function goWrong(
  stage: Stage,
  fault: TechnicalFault,
  endsAt: number,
  end: (forMs: number, undo: () => void) => void,
): void {
  const { world, deployment } = stage;
  const isTime = () => world.now() < endsAt;
  switch (fault.kind) {
    case 'drop':
    case 'duplicate':
    case 'delay':
    case 'reorder':
      disturbEvents(stage, fault, isTime);
      return;
    case 'deny': {
      const until = Math.min(world.now() + fault.forMs, endsAt);
      world.faults.failCall(
        (call) => isOurs(call) && call.service === fault.service && world.now() < until,
        denial(fault.service),
        { times: Number.POSITIVE_INFINITY },
      );
      return;
    }
    case 'crash-at-store':
      crashAtStore(stage, fault, isTime);
      return;
    case 'invoke':
      for (let count = 0; count < fault.times; count++) {
        deployment.invoke.get(fault.function)?.(tickOf(stage));
      }
      return;
    case 'stray':
      for (let count = 0; count < fault.times; count++) {
        deployment.invoke.get(fault.function)?.(around(sampleEvents(), fault.sample + count));
      }
      return;
    case 'skew':
      stage.skews.set(fault.function, fault.byMs);
      end(fault.forMs, () => stage.skews.delete(fault.function));
      return;
    default:
      disturbCalls(stage, fault, isTime);
  }
}

function disturbEvents(
  { world }: Stage,
  fault: Of<'drop'> | Of<'duplicate' | 'delay' | 'reorder'>,
  isTime: () => boolean,
): void {
  const match = (event: BusEvent) => event['detail-type'] === fault.of && isTime();
  const when = { times: fault.times };
  switch (fault.kind) {
    case 'drop':
      world.faults.dropEvent(match, when);
      return;
    case 'duplicate':
      world.faults.duplicateEvent(match, fault.byMs, when);
      return;
    case 'delay':
      world.faults.delayEvent(match, fault.byMs, when);
      return;
    case 'reorder':
      // Each a step less late than the one before: those that come close together arrive in opposite order.
      for (let steps = fault.times; steps > 0; steps--) world.faults.delayEvent(match, steps * fault.byMs);
      return;
  }
}

/** Only calls of the functions: who plays the scenario is not disturbed. */
const isOurs = (call: Call) => call.function !== undefined;

type CallFault = Of<'throttle'> | Of<'fail'> | Of<'stale'> | Of<'partial'> | Of<'slow'> | Of<'crash'>;

function disturbCalls({ world: { faults } }: Stage, fault: CallFault, isTime: () => boolean): void {
  const ofFunction = (name: FunctionName) => (call: Call) => call.function === name && isTime();
  const ofService = (name: Call['service']) => (call: Call) =>
    isOurs(call) && call.service === name && isTime();
  switch (fault.kind) {
    case 'throttle':
      faults.failCall(ofService(fault.service), throttling(fault.service), { times: fault.times });
      return;
    case 'fail': {
      const error = new ApiError('InternalFailure', 'The request processing has failed.', 500);
      if (fault.effect) faults.failAfterEffect(ofService(fault.service), error, { times: fault.times });
      else faults.failCall(ofService(fault.service), error, { times: fault.times });
      return;
    }
    case 'stale':
      faults.staleRead(ofService(fault.service), fault.maxAgeMs, { times: fault.times });
      return;
    case 'partial':
      faults.partialCall(
        (call) => isOurs(call) && call.operation === 'UpdateContainerInstancesState' && isTime(),
        withoutTheFirst,
        { times: fault.times },
      );
      return;
    case 'slow':
      faults.slowCall(ofFunction(fault.function), fault.byMs, { nth: fault.nth });
      return;
    case 'crash':
      faults.crashAt(ofFunction(fault.function), fault.call, { nth: fault.nth });
      return;
  }
}

function crashAtStore(stage: Stage, fault: Of<'crash-at-store'>, isTime: () => boolean): void {
  let left = fault.nth;
  stage.storeCrashes.push((request) => {
    const isMeant = request.function === fault.function && WRITES.has(request.operation) && isTime();
    if (!isMeant) return undefined;
    left -= 1;
    return left === 0 ? fault.write : undefined;
  });
}

/** As the gateway's own refusals: EC2's error reference and the Query services have their own codes. */
function throttling(service: Call['service']): ApiError {
  if (service === 'EC2') return new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  return new ApiError(isQuery(service) ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
}

/** A permission is taken away: somebody edits the role, or a service control policy. */
function denial(service: Call['service']): ApiError {
  const sentence =
    'User: arn:aws:sts::111122223333:assumed-role/stevedore/run is not authorized to perform it';
  if (service === 'EC2') return new ApiError('UnauthorizedOperation', sentence, 403);
  return isQuery(service)
    ? new ApiError('AccessDenied', sentence, 403)
    : new ApiError('AccessDeniedException', sentence);
}

const isQuery = (service: Call['service']) => service === 'AutoScaling' || service === 'CloudWatch';

/**
 * UpdateContainerInstancesState does the others, and says of the first that its agent is not connected: ECS API
 * failure reasons, developer guide, has AGENT for that.
 */
const withoutTheFirst: PartialEffect = (input, run) => {
  const request = input as { readonly containerInstances: readonly string[] };
  const [arn, ...others] = request.containerInstances;
  const failure = { arn, reason: 'AGENT' };
  if (others.length === 0) return { containerInstances: [], failures: [failure] };
  const output = run({ ...request, containerInstances: others }) as { readonly failures: readonly object[] };
  return { ...output, failures: [failure, ...output.failures] };
};

/** What the schedule sends each minute. */
function tickOf({ world: { kernel } }: Stage) {
  return {
    version: '0',
    id: kernel.random.uuid(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: kernel.account,
    time: `${new Date(Math.floor(kernel.now() / MINUTE) * MINUTE).toISOString().slice(0, 19)}Z`,
    region: kernel.region,
    resources: [`arn:aws:events:${kernel.region}:${kernel.account}:rule/schedule`],
    detail: {},
  };
}
