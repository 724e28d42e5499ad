import { mapConcurrent } from '../aws/batch.ts';
import type { RetaggingClients } from '../aws/retagging-clients.ts';
import { placeName } from './dependencies.ts';
import { readWanted, type Seen, withTag } from './describe-images.ts';
import { idOf, type Question, type Wanted, wantedOfDestination, wantedOfSource } from './look.ts';
import type { ImageView, TagSnapshot } from './snapshot.ts';

/** What was read for one tag, or why it could not be. */
export type Observed = Pick<TagSnapshot, 'destination' | 'images' | 'complete'> | Unreadable;

export interface Unreadable {
  readonly error: unknown;
}

interface Place {
  readonly repository: string;
  readonly region: string | null;
}

const CONCURRENT_READS = 4;

/** Reads for some tags what they point to and the images that may get them: one call for each repository, as a rule. */
export async function observe(
  clients: RetaggingClients,
  questions: readonly Question[],
): Promise<Map<string, Observed>> {
  const asked = questions.flatMap((question) => [
    { place: sourceOf(question), wanted: wantedOfSource(question) },
    { place: destinationOf(question), wanted: wantedOfDestination(question) },
  ]);
  const seen = await readPlaces(clients, asked);
  const foreign = await readForeign(clients, questions, seen);
  const observed = questions.map((question): [string, Observed] => {
    const [source, destination] = seenOf(seen, question);
    if ('error' in source) return [question.record.id, source];
    if ('error' in destination) return [question.record.id, destination];
    const there = withTag(destination.images, question.destination.tag);
    const added = foreign.get(nameOf(sourceOf(question))) ?? NOTHING;
    const images = 'error' in added ? source.images : new Map([...source.images, ...added.images]);
    return [
      question.record.id,
      { destination: there ?? 'absent', images: [...images.values()], complete: source.complete },
    ];
  });
  return new Map(observed);
}

/** In another repository somebody else may have put the tag on an image of whose source nothing is known yet. */
async function readForeign(
  clients: RetaggingClients,
  questions: readonly Question[],
  seen: ReadonlyMap<string, Seen | Unreadable>,
): Promise<Map<string, Seen | Unreadable>> {
  const asked = questions.flatMap((question) => {
    const [source, destination] = seenOf(seen, question);
    if ('error' in source || 'error' in destination || source === destination) return [];
    const there = withTag(destination.images, question.destination.tag);
    if (there === undefined || there.digest === question.record.current?.digest) return [];
    if (source.images.has(there.digest)) return [];
    return [{ place: sourceOf(question), wanted: { ...NONE, untagged: [idOf(there.digest)] } }];
  });
  return readPlaces(clients, asked);
}

const NONE: Wanted = { all: false, certain: [], doubtful: [], untagged: [] };
const NOTHING: Seen = { images: new Map<string, ImageView>(), complete: false };

/** One repository that cannot be read keeps no other from being read. */
async function readPlaces(
  { ecr }: RetaggingClients,
  asked: readonly { readonly place: Place; readonly wanted: Wanted }[],
): Promise<Map<string, Seen | Unreadable>> {
  const places = Map.groupBy(asked, ({ place }) => nameOf(place));
  const seen = new Map<string, Seen | Unreadable>();
  await mapConcurrent([...places], CONCURRENT_READS, async ([name, [first, ...more]]) => {
    if (first === undefined) return;
    const { repository, region } = first.place;
    const wanted = together([first, ...more].map((one) => one.wanted));
    try {
      seen.set(name, await readWanted(ecr(region), repository, wanted));
    } catch (error) {
      seen.set(name, { error });
    }
  });
  return seen;
}

const together = (wanted: readonly Wanted[]): Wanted => ({
  all: wanted.some(({ all }) => all),
  certain: wanted.flatMap(({ certain }) => certain),
  doubtful: wanted.flatMap(({ doubtful }) => doubtful),
  untagged: wanted.flatMap(({ untagged }) => untagged),
});

/** Of the source, and of the destination. */
function seenOf(
  seen: ReadonlyMap<string, Seen | Unreadable>,
  question: Question,
): [Seen | Unreadable, Seen | Unreadable] {
  const of = (place: Place) => seen.get(nameOf(place)) ?? NOTHING;
  return [of(sourceOf(question)), of(destinationOf(question))];
}

const sourceOf = ({ rule: { repository } }: Question): Place => ({ repository, region: null });
const destinationOf = ({ destination: { repository, region } }: Question): Place => ({ repository, region });
const nameOf = ({ repository, region }: Place): string => placeName(repository, region);
