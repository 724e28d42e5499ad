import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { checkYaml, formatFileError } from '../../lib/policy/checked-yaml.ts';
import { compilePolicy } from '../../lib/policy/compile.ts';
import { jsonSchemaText } from '../../lib/policy/json-schema.ts';
import { formatPolicyError, loadPolicy } from '../../lib/policy/load.ts';
import type { Policy } from '../../lib/policy/schema.ts';
import type { ScenarioSpec } from '../../simulator/scenario-file/model.ts';
import { BadInput } from '../command.ts';
import { scenarioRelations } from './relations.ts';
import { scenarioSchema } from './schema.ts';
import { withTraces } from './traces.ts';

export interface LoadedScenario {
  readonly spec: ScenarioSpec;
  readonly policy: Policy;
}

/** Reads a scenario and the policy that it names. Throws `BadInput` with every error of the file that is wrong. */
export function loadScenario(file: string): LoadedScenario {
  const spec = readScenario(() => readFileSync(file, 'utf8'), file);
  const loaded = loadPolicy(join(dirname(file), spec.policy), spec.startsAt);
  if (!loaded.ok) throw new BadInput(loaded.errors.map(formatPolicyError).join('\n'));
  try {
    compilePolicy(loaded.policy);
  } catch (error) {
    // It comes to more than AWS takes.
    throw new BadInput(`${spec.policy}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { spec, policy: loaded.policy };
}

/** The scenario of a file's text, with the traces that lie beside the file. Throws `BadInput`. */
export function readScenario(read: () => string, file: string): ScenarioSpec {
  const checked = checkYaml(read, file, {
    schema: scenarioSchema,
    relations: (found) => scenarioRelations(found, file),
    expected: 'a readable scenario file',
  });
  if (!checked.ok) throw new BadInput(checked.errors.map(formatFileError).join('\n'));
  const { version: _, start: startsAt, length: lengthMs, clusters, ...rest } = checked.value;
  return { ...rest, startsAt, lengthMs, clusters: withTraces(clusters, file) };
}

/** The JSON Schema of scenario files, for editors: completion, descriptions and errors while typing. */
export function scenarioJsonSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-07' });
  return jsonSchemaText({ $schema, title: 'Stevedore scenario', ...schema });
}
