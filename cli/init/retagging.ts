import { repositoryNames, serviceIds } from '../../lib/policy/values.ts';
import { running } from '../doctor/capacity.ts';
import { isMutable } from '../doctor/checks/mutable-tag.ts';
import { ecrImage, repositoryKey } from '../doctor/image.ts';
import { REPOSITORIES } from '../doctor/reads.ts';
import { branch, type Line, live, name, remark } from './lines.ts';
import { copilotAside, type Section, section } from './section.ts';
import type { AccountSnapshot, ClusterSeen } from './snapshot.ts';
import { uniqueNames } from './unique.ts';

/** A service that runs an image of a repository. */
interface Use {
  readonly repository: string;
  /** Null where the image is named by digest. */
  readonly tag: string | null;
  readonly service: string;
  readonly rolling: boolean;
  readonly mutable: boolean;
  readonly copilot: string | null;
}

/** The repositories whose tags services run. What may become production nobody can read from an account. */
export function retaggingOf({ clusters, unread }: AccountSnapshot): Section {
  const byRepository = Map.groupBy(clusters.flatMap(usesOf), ({ repository }) => repository);
  const found = [...byRepository]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([repository, uses]) => repositoryLines(repository, uses));
  const repositories = branch('repositories:', found);
  return section('retagging', [repositories], { found: found.length > 0, needs: REPOSITORIES, unread });
}

function usesOf(seen: ClusterSeen): Use[] {
  const { snapshot } = seen;
  const [, , , region = '', account = ''] = snapshot.arn.split(':');
  return running(snapshot).flatMap(({ service, definition }) =>
    definition.containers.flatMap(({ image }): Use[] => {
      const found = ecrImage(image);
      const view = found === null ? undefined : snapshot.repositories.get(found.key);
      if (found === null || view === undefined) return [];
      if (found.key !== repositoryKey(account, region, found.repository)) return [];
      const { repository, tag } = found;
      const id = `${snapshot.cluster}/${service.name}`;
      const mutable = tag !== null && isMutable(view, tag);
      const copilot = copilotAside(seen, service.name);
      return [{ repository, tag, service: id, rolling: service.rolling, mutable, copilot }];
    }),
  );
}

function repositoryLines(repository: string, uses: readonly Use[]): Line[] {
  if (!repositoryNames.safeParse(repository).success) {
    return [remark(`Left out: repository ${repository}, whose name may not stand in a policy file.`)];
  }
  const refused = uses.flatMap((use) => {
    const why = refusalOf(use);
    return why === null ? [] : [`Left out: ${use.service} runs ${repository} ${why}`];
  });
  const moved = Map.groupBy(
    uses.filter((use) => refusalOf(use) === null),
    ({ tag }) => tag ?? '',
  );
  const notes = [...new Set(refused)];
  if (moved.size === 0) return [remark(...notes)];
  const names = uniqueNames([...moved.keys()], 'promotion');
  const promotions = [...moved].map(([tag, services]) => promotion(names.get(tag) ?? tag, tag, services));
  return [branch(`${name(repository)}:`, [branch('promotions:', promotions)], { unit: true, notes })];
}

/** Builds are recognized by a number or the hash of a commit in their tag. */
const IS_BUILD = /\d|^[0-9a-f]{7,}$/;

function refusalOf({ tag, mutable }: Use): string | null {
  if (tag === null) return 'by digest: there is no tag that could be moved.';
  if (!mutable) return `by the tag ${tag}, which the repository does not let be moved (IMMUTABLE).`;
  if (IS_BUILD.test(tag)) {
    return `by the tag ${tag} of one build. Let its task definition name a tag that moves, such as production.`;
  }
  return null;
}

function promotion(key: string, tag: string, uses: readonly Use[]): Line {
  const services = [...new Set(uses.filter(({ rolling }) => rolling).map(({ service }) => service))];
  const known = services.filter((id) => serviceIds.safeParse(id).success);
  const of = [...new Set(uses.flatMap(({ copilot }) => copilot ?? []))];
  const below = [
    live("from: 'main-*'", { aside: 'change it: the tags that your builds are pushed with, or another tag' }),
    live(`to: [${name(tag)}]`),
    live('gates: { scan: none }', {
      aside: 'for instance { scan: { critical: 0 }, minAge: 30m }; docs/policy.md',
    }),
    live(`deploy: [${known.map(name).join(', ')}]`, { aside: 'they run it' }),
  ];
  return branch(`${name(key)}:`, below, { aside: of.length === 0 ? null : of.join(', ') });
}
