import type { RetaggingClients } from '../aws/retagging-clients.ts';
import type { EpochMs } from '../clock.ts';
import type { Need } from './decision.ts';
import type { Aim } from './dependencies.ts';
import { describeImages } from './describe-images.ts';
import { idOf } from './look.ts';
import { type Platform, readPlatforms } from './platforms.ts';
import type { TagRecord } from './record.ts';
import { type RunningService, readRunning } from './running.ts';
import { readScan } from './scans.ts';
import { isSigned } from './signatures.ts';
import type { ImageView, RunningView, ScanView, TagSnapshot } from './snapshot.ts';

/** A tag that is decided on. */
export interface About extends Aim {
  readonly record: TagRecord;
}

export interface Facts {
  /**
   * The snapshot with what a decision needs besides.
   * @throws what AWS throws beyond the retries
   */
  add(snapshot: TagSnapshot, needs: readonly Need[], about: About): Promise<TagSnapshot>;
}

/** Reads what gates go by. For one pass: what several tags ask for is read once. */
export function createFacts({ ecr, ecs }: RetaggingClients, now: EpochMs): Facts {
  const platforms = once<readonly Platform[]>();
  const scans = once<ScanView>();
  const signatures = once<boolean>();
  const services = once<RunningService>();

  const platformsOf = (repository: string, image: ImageView) =>
    platforms(`${repository} ${image.digest}`, () => readPlatforms(ecr(), repository, image));

  const scanOf = (repository: string, image: ImageView) =>
    scans(`${repository} ${image.digest}`, async () =>
      readScan(ecr(), repository, image, await platformsOf(repository, image), now),
    );

  const runningOf = async (
    { rule: { repository, gates } }: About,
    image: ImageView,
    known: RunningView | undefined,
  ): Promise<RunningView | undefined> => {
    if (gates.running === null) return known;
    const { cluster, service } = gates.running;
    const { digests, ...health } = await services(`${cluster}/${service}`, () =>
      readRunning(ecs, { cluster, service }),
    );
    // ECS may tell the index, or the platform that its tasks have pulled.
    const isIndexRun = digests.has(image.digest);
    const own = isIndexRun ? [] : await platformsOf(repository, image);
    const runs = new Map(known?.runs).set(
      image.digest,
      isIndexRun || own.some(({ digest }) => digests.has(digest)),
    );
    return { ...health, runs };
  };

  return {
    async add(snapshot, needs, about) {
      const { repository } = about.rule;
      let added = snapshot;
      for (const need of needs) {
        if (need.kind === 'kept') {
          added = { ...added, kept: await keptOf({ ecr }, about) };
          continue;
        }
        const { digest } = need;
        const image = snapshot.images.find((one) => one.digest === digest);
        if (image === undefined) throw new Error(`Facts of ${digest}, which was not read, are asked for.`);
        switch (need.kind) {
          case 'scan': {
            const scan = await scanOf(repository, image);
            added = { ...added, scans: new Map(added.scans).set(digest, scan) };
            break;
          }
          case 'signature': {
            const signed = await signatures(`${repository} ${digest}`, () =>
              isSigned(ecr(), repository, digest),
            );
            added = { ...added, signed: new Map(added.signed).set(digest, signed) };
            break;
          }
          case 'running': {
            const running = await runningOf(about, image, added.running);
            added = { ...added, ...(running && { running }) };
            break;
          }
          default:
            need satisfies never;
        }
      }
      return added;
    },
  };
}

/** What exists of what the tag has pointed to, or an order wants it to. */
function keptOf(
  { ecr }: Pick<RetaggingClients, 'ecr'>,
  { record, destination }: About,
): Promise<readonly ImageView[]> {
  const { current, history, order } = record;
  const to = order?.order.verb === 'rollback' ? order.order.to : null;
  const digests = new Set([...(current ? [current] : []), ...history].map(({ digest }) => digest));
  if (to !== null) digests.add(to);
  return describeImages(ecr(destination.region), destination.repository, [...digests].map(idOf));
}

/** Remembers the answer to each question, also while it is still under way. */
function once<Answer>() {
  const answers = new Map<string, Promise<Answer>>();
  return (key: string, read: () => Promise<Answer>): Promise<Answer> => {
    const answer = answers.get(key) ?? read();
    answers.set(key, answer);
    return answer;
  };
}
