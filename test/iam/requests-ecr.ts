import {
  arnOf,
  type IamRequest,
  type Input,
  type Mapping,
  onAll,
  type Place,
  text,
  texts,
} from './request.ts';

// Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Container Registry".

const repository = (at: Place, name: string): string => arnOf(at, 'ecr', `repository/${name}`);

const onRepository =
  (operation: string) =>
  (input: Input, at: Place): IamRequest[] => [
    { action: `ecr:${operation}`, resource: repository(at, text(input, 'repositoryName')), context: {} },
  ];

const byRepository = [
  'BatchCheckLayerAvailability',
  'BatchGetImage',
  'CompleteLayerUpload',
  'DescribeImages',
  'GetDownloadUrlForLayer',
  'GetLifecyclePolicyPreview',
  'InitiateLayerUpload',
  'PutImage',
  'StartLifecyclePolicyPreview',
  'UploadLayerPart',
];

export const ecr: Mapping = {
  ...Object.fromEntries(byRepository.map((operation) => [operation, onRepository(operation)])),
  // The reference has no action ecr:ListImageReferrers.  "The IAM principal invoking this operation must have the
  // ecr:BatchGetImage permission" (API ListImageReferrers).
  ListImageReferrers: onRepository('BatchGetImage'),
  // Without names it lists what there is.
  DescribeRepositories: (input, at) => {
    const names = texts(input, 'repositoryNames');
    return (names.length > 0 ? names : ['*']).map((name) => ({
      action: 'ecr:DescribeRepositories',
      resource: repository(at, name),
      context: {},
    }));
  },
  DescribePullThroughCacheRules: onAll('ecr:DescribePullThroughCacheRules'),
  // ECR user guide, "IAM permissions required for enhanced scanning": Inspector is asked in the caller's name.
  DescribeImageScanFindings: (input, at) => [
    ...onRepository('DescribeImageScanFindings')(input, at),
    ...(at.isEnhanced(text(input, 'repositoryName'))
      ? ['inspector2:ListCoverage', 'inspector2:ListFindings'].flatMap((action) => onAll(action)())
      : []),
  ],
};
