import type { Check } from '../finding.ts';
import { REPOSITORIES } from '../reads.ts';

export const repositoryWithoutScan: Check = {
  id: 'repository-without-scan',
  title: 'The images of a repository are not scanned',
  severity: 'note',
  document: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
  reads: [...REPOSITORIES, 'ecr:BatchGetRepositoryScanningConfiguration'],
  find: ({ repositories }) =>
    [...repositories.values()]
      .filter(({ isScanned }) => !isScanned)
      .map(({ arn, name }) => ({
        resource: arn,
        subject: `repository ${name}`,
        problem:
          'No scan starts when an image is pushed: nobody is told of what is known to be vulnerable in it.',
        fix: `Add a rule for it to the registry's scanning configuration (aws ecr put-registry-scanning-configuration), on push or continuous.`,
      })),
};
