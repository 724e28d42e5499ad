import { type EdgeCase, edgeCase as of } from './edge-cases-list.ts';

/** The numbers are those of the tests' names: `retagging edge 7: …`. */
export const retaggingEdgeCases: readonly EdgeCase[] = [
  of(1, 'A retag is a push, whose event starts the next retag', 'aws-cdk#10901, #13818'),
  of(
    2,
    'The event of a push has no tag, as those of the platforms of an index',
    'awslabs/cfn-ecr-aws-soci-index-builder#8',
  ),
  of(3, 'The event of a push is lost', 'EventBridge user guide, delivery levels'),
  of(
    4,
    'An older push is told after a newer one, and the tag goes back',
    'EventBridge user guide, containers-roadmap#2746',
  ),
  of(
    5,
    'The source tag moves on between its event and the retag',
    'API reference, BatchGetImage; amazon-ecr-containerd-resolver#13',
  ),
  of(
    6,
    'Two promoters give one tag at the same time, and PutImage compares nothing',
    'API reference, PutImage',
  ),
  of(
    7,
    'A repeated retag is an error though all is well; an immutable tag is one that no repetition mends',
    'containers-roadmap#2380, aws-cli#8671, API reference, PutImage',
  ),
  of(
    8,
    'Exclusions of a repository invert, for some tags, whether they can be moved',
    'API reference, PutImageTagMutability',
  ),
  of(
    9,
    'A manifest that is read by tag is translated, and one that is formatted anew has another digest',
    'ECR user guide, image manifest formats; amazon-ecr-user-guide#51, aws-cli#6234',
  ),
  of(10, 'An OCI manifest does not name its own media type', 'API reference, PutImage'),
  of(
    11,
    'An index of several platforms: scans and tasks name the platforms, tags and pushes the index',
    'docker/buildx#1660, hashintel/hash#8823',
  ),
  of(
    12,
    'Severities without findings are missing, a total stands among them, and a repository is named by its ARN',
    'ECR and Inspector user guides, EventBridge events',
  ),
  of(
    13,
    'A scan that failed, ran out or is not supported looks like one that found nothing',
    'API reference, ImageScanStatus',
  ),
  of(
    14,
    'A scan is told before the push that it is of, or an old clean one after a bad one',
    'EventBridge user guide, delivery levels',
  ),
  of(15, 'An image has 1,000 tags, and takes no more', 'ECR service quotas, gist gurchik/e75cb1a'),
  of(16, 'Removing the last tag of an image deletes the image', 'API reference, BatchDeleteImage'),
  of(
    17,
    'The image under the tag expires by the age of its push, or is archived',
    'ECR user guide, lifecycle policies; containers-roadmap#2746',
  ),
  of(
    18,
    'ECS goes on to run the digest of its last deployment, whatever the tag is on',
    'API reference, ContainerImage; containers-roadmap#2393',
  ),
];
