import { beforeAll, describe, expect, it } from 'vitest';
import { policyOf } from '../../cli/deployed.ts';
import { policyDocument } from '../../lib/policy/document.ts';
import { type Packaged, packageService } from './service.ts';

// A dollar may stand in the name of an alarm, and the framework looks for variables in whatever it is given.
const POLICY = `version: 1
scaling:
  alarms: { 'cpu \${self:service} $5': { metric: cpu, threshold: 70, comparison: '>=' } }
  services:
    prod/web: { min: 2, max: 4, policies: { out: { step: { alarm: 'cpu \${self:service} $5', steps: [{ from: 0, by: 1 }] } } } }
`;

/** CloudFormation's limit of a template in S3, in bytes (CloudFormation user guide, quotas). */
const TEMPLATE_LIMIT = 1_000_000;

describe('the policy in the template', () => {
  let service: Packaged;

  beforeAll(() => {
    service = packageService({ policy: POLICY });
  });

  it('can be read back as it was written, dollars and all', () => {
    expect(service.output).not.toMatch(/error/i);
    expect(policyOf(service.template)).toEqual({ kind: 'policy', document: policyDocument(POLICY) });
  });

  it('leaves room in the template', () => {
    expect(Buffer.byteLength(service.template)).toBeLessThan(TEMPLATE_LIMIT / 4);
  });
});
