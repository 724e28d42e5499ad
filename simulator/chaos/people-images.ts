import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { ScanOutcome } from '../ecr/model.ts';
import type { Stage } from './build.ts';
import { around } from './draw.ts';
import type { RepositoryDeed } from './faults.ts';
import { order } from './order.ts';
import type { RepositoryPlan } from './plan-repositories.ts';

type Push = Extract<RepositoryDeed, { readonly kind: 'push' }>;

/** What pipelines and people do to images. @throws ApiError if ECR refuses it */
export function toRepository(stage: Stage, deed: RepositoryDeed): void {
  const { ecr } = stage.world;
  const plan = around(stage.plan.repositories, deed.repository);
  if (plan === undefined) return;
  const { name } = plan;
  switch (deed.kind) {
    case 'push':
      push(stage, name, deed);
      return;
    case 'move-tag':
      ecr.push(name, { tag: deed.tag, content: `${name} ${deed.build}` });
      return;
    case 'order-retag':
      giveOrder(stage, plan, deed);
      return;
    default: {
      const image = ecr.repository(name).tags.get(deed.tag)?.image;
      if (image !== undefined) toImage(stage, name, image.digest, deed);
    }
  }
}

function toImage(
  stage: Stage,
  name: string,
  digest: string,
  deed: Exclude<RepositoryDeed, Push | { readonly kind: 'move-tag' | 'order-retag' }>,
): void {
  const { ecr } = stage.world;
  switch (deed.kind) {
    case 'untag':
      ecr.untag(name, deed.tag);
      return;
    case 'expire':
      ecr.expire(name, digest);
      return;
    case 'archive':
      ecr.archive(name, digest);
      stage.world.after(3 * MINUTE, () => restore(stage, name));
      return;
    case 'sign':
      ecr.push(name, { subject: digest, artifactType: 'application/vnd.cncf.notary.signature' });
      return;
    default:
      deed.kind satisfies never;
  }
}

/** Out of the archive again, if anything is in it. */
function restore({ world: { ecr } }: Stage, name: string): void {
  const archived = [...ecr.repository(name).images.values()].find(({ status }) => status === 'ARCHIVED');
  if (archived !== undefined) ecr.restore(name, archived.digest, [MINUTE, 4 * MINUTE]);
}

const SCANS: Readonly<Record<Push['scan'], ScanOutcome>> = {
  clean: { findings: {}, afterMs: 40 * SECOND },
  critical: { findings: { CRITICAL: 1 }, afterMs: 40 * SECOND },
  failed: { status: 'FAILED', description: 'The scan failed.', afterMs: 20 * SECOND },
  slow: { findings: {}, afterMs: 4 * MINUTE },
};

function push({ world: { ecr } }: Stage, name: string, { as, build, scan: kind }: Push): void {
  const content = `${name} ${build}`;
  const scan = SCANS[kind];
  switch (as) {
    case 'build':
      ecr.push(name, { tag: `build-${build}`, content, scan });
      return;
    case 'version':
      ecr.push(name, { tag: `v1.${build}.0`, content, scan });
      return;
    case 'index':
      ecr.pushIndex(name, {
        tag: `build-${build}`,
        content,
        scan,
        platforms: ['linux/amd64', 'linux/arm64'],
        attestations: true,
      });
      return;
    default:
      as satisfies never;
  }
}

function giveOrder(
  stage: Stage,
  { name, copiedTo }: RepositoryPlan,
  { verb, tag, image, skipGates }: Extract<RepositoryDeed, { readonly kind: 'order-retag' }>,
): void {
  const repository = tag === 'production' ? (copiedTo ?? name) : name;
  const { tags } = stage.world.ecr.repository(name);
  const digest = (tags.get('staging') ?? tags.get('build-1'))?.image.digest;
  const more = {
    promote: { image, skipGates },
    approve: digest === undefined ? {} : { digest },
    rollback: {},
    release: {},
  }[verb];
  order(stage, 'Stevedore Retag Order', { verb, repository, tag, ...more });
}
