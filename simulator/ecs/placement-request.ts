import type * as Sdk from '@aws-sdk/client-ecs';
import { ApiError } from '../kernel.ts';
import { compileExpression } from './expression.ts';
import type { PlacementConstraint, PlacementStrategy } from './model.ts';

/** API reference, PlacementConstraint and CreateService. */
const MOST_CHARACTERS = 2000;
const MOST_STRATEGIES = 5;
const MOST_CONSTRAINTS = 10;

/** @throws ApiError InvalidParameterException for a bad expression, or where there is none or too much */
export function readConstraint({ type, expression }: Sdk.PlacementConstraint): PlacementConstraint {
  if (type === 'distinctInstance') {
    if (expression === undefined || expression === '') return { type };
    throw invalid('An expression cannot be given with the constraint distinctInstance.');
  }
  if (type !== 'memberOf' || expression === undefined || expression.length > MOST_CHARACTERS) {
    throw invalid(`A memberOf constraint needs an expression of at most ${MOST_CHARACTERS} characters.`);
  }
  compileExpression(expression);
  return { type, expression };
}

/** @throws ApiError InvalidParameterException */
export function readConstraints(given: readonly Sdk.PlacementConstraint[]): PlacementConstraint[] {
  if (given.length > MOST_CONSTRAINTS) throw invalid(`At most ${MOST_CONSTRAINTS} constraints can be given.`);
  return given.map(readConstraint);
}

/** @throws ApiError InvalidParameterException */
export function readStrategies(given: readonly Sdk.PlacementStrategy[]): PlacementStrategy[] {
  if (given.length > MOST_STRATEGIES) throw invalid(`At most ${MOST_STRATEGIES} strategies can be given.`);
  return given.map(readPlacementStrategy);
}

/** Fields of binpack come back in capitals from the API, and are taken either way. */
function readPlacementStrategy({ type, field = '' }: Sdk.PlacementStrategy): PlacementStrategy {
  if (type === 'random') return { type };
  if (type === 'binpack') {
    const resource = field.toLowerCase();
    if (resource === 'cpu' || resource === 'memory') return { type, field: resource };
    throw invalid(`The field of binpack is cpu or memory, not "${field}".`);
  }
  if (type === 'spread') {
    if (field === 'host' || field === 'instanceId') return { type, field: 'instanceId' };
    if (/^attribute:./.test(field)) return { type, field };
    throw invalid(`The field of spread is instanceId, host or an attribute, not "${field}".`);
  }
  throw invalid(`There is no placement strategy "${type}".`);
}

function invalid(sentence: string): ApiError {
  return new ApiError('InvalidParameterException', sentence);
}
