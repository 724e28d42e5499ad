import type { Check } from '../finding.ts';
import { REPOSITORIES } from '../reads.ts';

export const repositoryWithoutLifecycle: Check = {
  id: 'repository-without-lifecycle',
  title: 'A repository keeps every image for ever',
  severity: 'note',
  document: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html',
  reads: [...REPOSITORIES, 'ecr:GetLifecyclePolicy'],
  find: ({ repositories }) =>
    [...repositories.values()]
      .filter(({ hasLifecyclePolicy }) => !hasLifecyclePolicy)
      .map(({ arn, name }) => ({
        resource: arn,
        subject: `repository ${name}`,
        problem: 'It has no lifecycle policy: its images are paid for until somebody deletes them by hand.',
        fix: 'Give it a policy that expires untagged images after some days and keeps as many builds as you may roll back to.',
      })),
};
