import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyJsonSchema, policyJsonSchemaText } from '../../lib/policy/json-schema.ts';

describe('stevedore.schema.json', () => {
  it('is what the schema of the policy makes (npx node lib/policy/write-schema.ts writes it)', () => {
    expect(readFileSync('stevedore.schema.json', 'utf8')).toBe(policyJsonSchemaText());
  });

  it('is what editors check the default policy against', () => {
    expect(readFileSync('stevedore.yml', 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/stevedore\.schema\.json\n/,
    );
  });

  it('refuses unknown keys and describes what has a default', () => {
    expect(policyJsonSchema()).toMatchObject({
      additionalProperties: false,
      required: ['version'],
      anyOf: [
        { required: ['draining'] },
        { required: ['scaling'] },
        { required: ['failover'] },
        { required: ['retagging'] },
        { required: ['capacity'] },
      ],
      properties: {
        draining: {
          properties: {
            clusters: {
              additionalProperties: {
                additionalProperties: false,
                required: ['groups'],
                properties: { deadline: { default: '30m', description: expect.any(String) } },
              },
            },
          },
        },
      },
    });
  });
});
