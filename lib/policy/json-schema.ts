import * as z from 'zod';
import { policySchema } from './schema.ts';

/** The JSON Schema of the policy file, for editors: completion, descriptions and errors while typing. */
export function policyJsonSchema(): object {
  // As the file is written, not as it is read: durations are texts, and what has a default may be left out.
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-07' });
  return { $schema, title: 'Stevedore policy', ...schema };
}

/** The text of stevedore.schema.json. */
export const policyJsonSchemaText = () => `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
