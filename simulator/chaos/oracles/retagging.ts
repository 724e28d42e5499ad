import compareVersions from 'semver/functions/compare.js';
import highest from 'semver/ranges/max-satisfying.js';
import type { EpochMs } from '../../../lib/clock.ts';
import type { RetaggingFile } from '../../../lib/policy/retagging-schema.ts';
import type { Image } from '../../ecr/model.ts';
import type { World } from '../../world.ts';
import { isOurs, oracle, textOf } from './watching.ts';

type PromotionFile = RetaggingFile['repositories'][string]['promotions'][string];

/** A destination tag, and what it is and was on. */
interface Destination {
  readonly source: string;
  readonly repository: string;
  readonly tag: string;
  readonly promotion: PromotionFile;
  now: Image | undefined;
  before: Image | undefined;
  movedAt: EpochMs;
  /** Orders of a person, each of which may take it back once. */
  orders: number;
}

export const noTagBackwards = oracle(
  'no-tag-backwards',
  'No PutImage of ours moves a destination tag to an image that comes before the one it was on, unless the policy or a person says so.',
  ({ world, policy }, report) => {
    const destinations = destinationsOf(policy.retagging);
    const look = () => {
      for (const one of destinations) {
        const image = world.ecr.repositories.get(one.repository)?.tags.get(one.tag)?.image;
        if (image === one.now) continue;
        one.before = one.now;
        one.now = image;
        one.movedAt = world.now();
      }
    };
    look();
    world.recording.eventListeners.push(({ event }) => {
      if (event.source === 'aws.ecr') look();
      if (event['detail-type'] !== 'Stevedore Retag Order') return;
      const [repository, tag] = [textOf(event.detail, 'repository'), textOf(event.detail, 'tag')];
      for (const one of destinations) {
        if (one.tag === tag && (one.repository === repository || one.source === repository)) one.orders += 1;
      }
    });
    world.recording.callListeners.push((call) => {
      if (!isOurs(call) || call.operation !== 'PutImage' || !call.carriedOut) return;
      look();
      const one = destinations.find(
        ({ repository, tag }) =>
          repository === textOf(call.input, 'repositoryName') && tag === textOf(call.input, 'imageTag'),
      );
      if (one?.now === undefined || one.before === undefined || one.movedAt !== world.now()) return;
      if (one.promotion.allowOlder || !isBackwards(world, one, one.before, one.now)) return;
      if (one.orders > 0) {
        one.orders -= 1;
        return;
      }
      report(
        `Tag ${one.tag} of ${one.repository} was moved back from ${one.before.digest} to ${one.now.digest}; to stay would have been right.`,
      );
    });
    return { step: look };
  },
);

function destinationsOf(retagging: RetaggingFile | undefined): Destination[] {
  return Object.entries(retagging?.repositories ?? {}).flatMap(([source, { promotions }]) =>
    Object.values(promotions).flatMap((promotion) => {
      const { repository = source, region, tags } = promotion.to;
      // The world has one Region.
      if (region !== undefined) return [];
      const unknown = { now: undefined, before: undefined, movedAt: 0, orders: 0 };
      return tags.map((tag) => ({ source, repository, tag, promotion, ...unknown }));
    }),
  );
}

/** By the images of the source: those of the destination may be copies, pushed at another time. */
function isBackwards(world: World, { source, promotion }: Destination, from: Image, to: Image): boolean {
  const images = world.ecr.repositories.get(source)?.images;
  const [old, next] = [images?.get(from.digest), images?.get(to.digest)];
  if (old === undefined || next === undefined) return false;
  if (promotion.order === 'pushed-last') return next.pushedAt < old.pushedAt;
  const range = promotion.from.kind === 'semver' ? promotion.from.range : '*';
  const [was, is] = [old, next].map(({ tags }) => highest([...tags], range));
  return was != null && is != null && compareVersions(is, was) < 0;
}
