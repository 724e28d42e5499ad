import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { readDeployed } from '../../cli/deployed.ts';
import { createWorld } from '../../simulator/world.ts';
import { connectTo } from './planning.ts';

const cloudFormation = mockClient(CloudFormationClient);
afterEach(() => cloudFormation.reset());

const read = () => {
  const account = connectTo(createWorld())({ region: 'eu-west-1', endpoint: null }, 'stevedore');
  return readDeployed(account, 'dock');
};
/** As CloudFormation words it (API reference, GetTemplate). */
const validation = (message: string) => Object.assign(new Error(message), { name: 'ValidationError' });

describe('what is deployed', () => {
  it('is what the metadata of the template say, as it was sent', async () => {
    const TemplateBody = JSON.stringify({ Metadata: { Stevedore: { policy: '{"version":1}' } } });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody });

    expect(await read()).toEqual({ kind: 'policy', document: { version: 1 } });
    expect(cloudFormation.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({
      StackName: 'dock',
      TemplateStage: 'Original',
    });
  });

  it('is nothing where there is no such stack', async () => {
    cloudFormation.on(GetTemplateCommand).rejects(validation('Stack with id dock does not exist'));

    expect(await read()).toEqual({ kind: 'none' });
  });

  it('is not known when CloudFormation refuses for another reason', async () => {
    cloudFormation.on(GetTemplateCommand).rejects(validation('1 validation error detected'));

    await expect(read()).rejects.toThrow('1 validation error detected');
  });
});
