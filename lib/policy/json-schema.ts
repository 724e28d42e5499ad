import * as z from 'zod';
import { capabilities, policySchema } from './schema.ts';

/** The JSON Schema of the policy file, for editors: completion, descriptions and errors while typing. */
export function policyJsonSchema(): object {
  // As the file is written, not as it is read: durations are texts, and what has a default may be left out.
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-07' });
  const anyOf = capabilities.map((name) => ({ required: [name] }));
  return { $schema, title: 'Stevedore policy', ...schema, anyOf };
}

/** The text of stevedore.schema.json. */
export const policyJsonSchemaText = () => jsonSchemaText(policyJsonSchema());

/** A schema as a file, short lists on one line as the formatter wants them. */
export function jsonSchemaText(schema: object): string {
  const text = JSON.stringify(schema, null, 2);
  return `${text.replaceAll(/\[\n\s+("[^"]*"(?:,\n\s+"[^"]*")*)\n\s+\]/g, (_, items: string) => `[${items.replaceAll(/,\n\s+/g, ', ')}]`)}\n`;
}
