// `node lib/policy/write-schema.ts`: writes stevedore.schema.json anew after a change of schema.ts.
import { writeFileSync } from 'node:fs';
import { policyJsonSchemaText } from './json-schema.ts';

writeFileSync(new URL('../../stevedore.schema.json', import.meta.url), policyJsonSchemaText());
