import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';
import * as z from 'zod';
import { MINUTE } from '../clock.ts';
import type { TagSource } from '../retagging/policy.ts';
import { DAY } from './duration.ts';
import {
  count,
  cron,
  duration,
  map,
  mode,
  name,
  none,
  onOff,
  regions,
  repositoryNames,
  serviceIds,
  tags,
  timeZone,
} from './values.ts';

// The `retagging` section of the policy file. What single values cannot tell is checked in retagging-relations.ts.

const aSource = "a tag, a pattern with * such as 'main-*', or a map such as { semver: '>=1.0.0' }";
const aRange = "a range of versions as npm has them, such as '>=1.0.0' or ^2";

const destination = map({
  repository: repositoryNames.optional().describe('Another repository of the account. Left out: the same.'),
  region: regions.optional().describe('Another Region than that of the deployment.'),
  tags: z.array(tags, 'a list of tags, such as [production]').min(1, 'at least one tag'),
});

const triggers = ['push', 'scan', 'deployment'] as const;
const aDeployment =
  'a cluster and a service by their names, such as prod/api, or prod/* for all of the cluster';

/** Values that are compared with one another (retagging-relations.ts). */
export const compared = {
  from: z
    .union(
      [
        z
          .string(aSource)
          .regex(/^[A-Za-z0-9_*][A-Za-z0-9._*-]{0,127}$/, aSource)
          .transform(
            (text): TagSource =>
              text.includes('*') ? { kind: 'glob', pattern: text } : { kind: 'exact', tag: text },
          ),
        map({
          semver: z
            .string(aRange)
            .refine((range) => range !== '' && validRange(range) !== null, { error: aRange, abort: true })
            .refine((range) => minVersion(range) !== null, 'a range that some version is in')
            .describe("Tags that are versions, with or without v, within this range of npm's semver."),
        }).transform(({ semver }): TagSource => ({ kind: 'semver', range: semver })),
      ],
      aSource,
    )
    .describe('Which images: a tag, a pattern in which * stands for any characters, or a range of versions.'),
  to: z
    .union(
      [destination.shape.tags.transform((tags): z.output<typeof destination> => ({ tags })), destination],
      'a list of tags such as [production], or a map such as { repository: shop/api-prod, tags: [production] }',
    )
    .describe('The tags that they get.'),
  on: z
    .array(z.enum(triggers, 'push, scan or deployment'), 'a list such as [push, scan], or [] for none')
    .refine((on) => new Set(on).size === on.length, 'each event once')
    .prefault(['push'])
    .describe('The events that may bring a promotion. [] for none: by order, or by the schedule.'),
  schedule: none(
    map({ cron: cron.describe('5 fields as in a crontab, or 6 with the year last.'), timeZone }),
    "a map such as { cron: '0 9 * * MON-FRI', timeZone: Europe/Berlin }, or none",
  )
    .prefault('none')
    .describe('Times at which it promotes what is there, besides the events.'),
  deploy: z
    .array(
      name(/^[A-Za-z0-9_-]{1,255}\/([A-Za-z0-9_-]{1,255}|\*)$/, aDeployment),
      'a list of services, such as [prod/api]',
    )
    .prefault([])
    .describe('Services that use the tag and are deployed anew after it has moved; prod/* for all of prod.'),
};

const most = count(0, 'a number of findings, 0 or more').optional();
const scan = map({
  critical: most.describe('At most so many findings of this severity. Left out: any number.'),
  high: most,
  medium: most,
  low: most,
  informational: most,
  undefined: most,
  withoutResult: z
    .enum(['refuse', 'allow'], 'refuse or allow')
    .prefault('refuse')
    .describe('When the scan failed, or the image cannot be scanned.'),
});

const running = map({
  service: serviceIds.describe('The ECS service that runs it, by cluster and name.'),
  for: duration(0, 30 * DAY)
    .prefault('0s')
    .describe('Since when its deployment must be complete.'),
});

const gates = map({
  scan: none(scan, 'a map such as { critical: 0, high: 5 }, or none')
    .prefault('none')
    .describe('What a vulnerability scan may have found at most.'),
  minAge: duration(0, 365 * DAY)
    .prefault('0s')
    .describe('How long ago the image was pushed, at least.'),
  running: none(running, 'a map such as { service: prod/api-staging, for: 30m }, or none')
    .prefault('none')
    .describe('The image runs in this service, with as many tasks as desired.'),
  signature: onOff(false).describe('A signature hangs on the image.'),
  approval: onOff(false).describe('Somebody has approved the image for the tag.'),
});

const promotion = map({
  from: compared.from,
  to: compared.to,
  on: compared.on,
  schedule: compared.schedule,
  order: z
    .enum(['pushed-last', 'highest-version'], 'pushed-last or highest-version')
    .prefault('pushed-last')
    .describe('Which of several images counts. highest-version: of a semver source only.'),
  allowOlder: onOff(false).describe('Whether an image may replace one that comes after it in that order.'),
  gates: gates.prefault({}).describe('All must be open.'),
  deploy: compared.deploy,
});

const repository = map({
  promotions: z
    .record(
      name(
        /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
        'a name for the promotion (letters, digits, hyphens, underscores and dots, at most 64)',
      ),
      promotion,
      "a map of promotions by name, such as { staging: { from: 'main-*', to: [staging] } }",
    )
    .refine((promotions) => Object.keys(promotions).length > 0, 'at least one promotion')
    .describe('Which of its images get which tags, and when.'),
});

export const retaggingSchema = map({
  mode,
  scope: z
    .enum(['repositories', 'registry'], 'repositories or registry')
    .prefault('repositories')
    .describe(
      'What rules and permissions name. About 25 repositories fit; with registry, any number, and the role may change tags in every repository.',
    ),
  reconcileEvery: duration(MINUTE, DAY)
    .prefault('5m')
    .describe('How often tags are compared with the policy, for events that were lost.'),
  repositories: z
    .record(repositoryNames, repository, 'a map of repositories, such as { shop/api: { promotions: ... } }')
    .refine((repositories) => Object.keys(repositories).length > 0, 'at least one repository')
    .describe('ECR repositories with the images, by name.'),
});

export type RetaggingFile = z.output<typeof retaggingSchema>;
