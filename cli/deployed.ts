import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { createBasis } from '../lib/aws/common-clients.ts';
import { errorMessage, errorName } from '../lib/aws/errors.ts';
import type { Account } from './account.ts';

/** What is deployed as a stack. */
export type Deployed =
  | { readonly kind: 'none' }
  /** As it was written, without comments: see `policyMetadata` in functions/stack.ts. */
  | { readonly kind: 'policy'; readonly document: unknown }
  /** A stack that says nothing of a policy: of an older version, or not of Stevedore. */
  | { readonly kind: 'unknown' };

export type ReadDeployed = (account: Account, stack: string) => Promise<Deployed>;

/**
 * The policy that a stack was deployed with, from the metadata of its template.
 * @throws what CloudFormation throws beyond the retries
 */
export const readDeployed: ReadDeployed = async ({ clientOptions }, stack) => {
  const { config } = createBasis(clientOptions);
  const client = new CloudFormationClient(config);
  try {
    const command = new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' });
    const { TemplateBody } = await client.send(command);
    return policyOf(TemplateBody);
  } catch (error) {
    // "Stack with id stevedore does not exist" is an error of validation like others.
    const missing = errorName(error) === 'ValidationError' && /does not exist/.test(errorMessage(error));
    if (missing) return { kind: 'none' };
    throw error;
  }
};

/** Of the template's text, which CloudFormation keeps as it was sent. Pure. */
export function policyOf(template: string | undefined): Deployed {
  try {
    const { Metadata } = JSON.parse(template ?? '');
    return { kind: 'policy', document: JSON.parse(Metadata.Stevedore.policy) };
  } catch {
    return { kind: 'unknown' };
  }
}
