import type { RetaggingReason } from './reasons.ts';

/** What each reason means, for docs/reason-codes.md and the command line. */
export const retaggingReasonMeanings: Readonly<Record<RetaggingReason, string>> = {
  promoted:
    'The tag was given to another image, by the rule or by an order. The sentence names both digests.',
  'rolled-back':
    'The tag was given back to an image that it was on before. What was left is not promoted again until `release`, or until something newer is pushed.',
  approved: 'Somebody approved a digest for the tag.',
  copied: 'Layers and manifests were copied into another repository or Region before the tag was given.',
  'deployment-started':
    'A service that uses the tag was given a forced deployment, so that it runs the new image.',
  'already-there': 'The tag is on the wanted image; nothing was written.',
  'moved-by-others':
    'Somebody else moved the tag. That is left alone until something newer than what they left is pushed, or until `release`.',
  healed: 'The tag had been deleted and was given to the same image again.',
  released: 'What was rolled back from may be promoted again.',
  'too-young': 'The image was pushed less than the minimum age ago. It is looked at when it is old enough.',
  'scan-pending':
    'The scan of the image, or of a platform of it, is not finished. It is looked at when it is.',
  'waiting-for-approval': 'All other gates are open, and nobody has approved this digest yet.',
  'not-running-there':
    'The image does not run in the service of the gate, or not completely, or not for long enough.',
  'not-yet-scheduled': 'Only the schedule makes the rule act, and it has not run since the image was pushed.',
  activating: 'The image is being restored from the archive class.',
  'event-repeated': 'The same event was handled before; nothing is done twice.',
  'own-write':
    'The event of our own write, or an answer from before it. The tag is read again, which shows what others did meanwhile.',
  'intent-replayed':
    'A retag that was decided before, and perhaps not done, was done once more. It names a digest, so that nothing is done twice.',
  'no-matching-image': 'No image that was looked at has a tag that the rule takes.',
  'older-than-current':
    'The image comes before the one that the tag is on, and the rule does not allow that. `rollback` goes back.',
  'findings-exceed': 'The scan found more than the rule allows. The sentence names the severities.',
  'scan-without-result':
    'The image has no scan result: the scan failed, ran out, or the image cannot be scanned. That is not taken for no findings.',
  'not-signed': 'No signature hangs on the digest, neither a referrer nor a `.sig` tag.',
  'rejected-before':
    'The image was rolled back from, or is older than one that was. `release` lets the rule promote it again.',
  'source-tag-moved': 'The source tag went to another image after the event; only what it is on now counts.',
  'image-gone': 'The image was deleted. With its last tag ECR deletes an image.',
  archived:
    'The image is in the archive class and cannot be pulled. Restore it with UpdateImageStorageClass.',
  'tag-immutable':
    'ECR does not move the tag, since it is immutable. It is not tried again for a day, unless the tag changes or an order asks for it.',
  'digest-mismatch':
    'The manifest that was read does not have the digest that was asked for. Nothing good is written.',
  'nothing-to-roll-back-to': 'Nothing that the tag was on before exists and may be gone back to.',
  'order-not-applicable':
    'The order names an image that is not there, is more than a day old, or gave way to a newer order.',
  'copy-too-large': 'The image is too large to be copied between repositories by this function.',
  'too-many-tags': 'The image has as many tags as ECR allows, which is 1,000.',
  'pinned-by-digest':
    'The task definition names the image by digest, so that a new deployment would run the same again. Register one that names the tag.',
  'tag-not-used-by-service': 'The task definition of the service names another tag.',
  'service-not-deployable':
    'The service is being deployed, is not there, or is not deployed by ECS itself. It is tried again for an hour.',
  'due-to-expire':
    'The lifecycle policy will expire the image that the tag is on. It goes by the push; a promotion does not renew it.',
  'tags-nearly-used-up': 'The image that the tag is on has 900 of 1,000 tags or more.',
  'pull-through-cache-tag':
    'The tag is in a repository of a pull-through cache, where the upstream registry may overwrite it.',
  paused: 'The kill switch is on. Nothing is changed until it is off.',
  throttled: 'AWS throttled a call beyond its retries; it is tried again within a minute.',
  'access-denied': 'The role lacks a permission. The sentence names the action.',
  'observing-failed': 'What is true could not be read, so nothing was decided.',
  'acting-failed': 'A call failed for a reason that may pass; it is tried again within a minute.',
  'action-refused': 'AWS refused the change. The sentence names the error and the remedy.',
};
