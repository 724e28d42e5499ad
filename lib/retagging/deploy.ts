import { type ECSClient, type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { explain } from '../aws/explain.ts';
import { type EpochMs, HOUR, MINUTE, utc } from '../clock.ts';
import { idOf } from '../ids.ts';
import { couldNotRead } from '../journal/findings.ts';
import type { Finding } from './decision.ts';
import { useOf } from './image-use.ts';
import type { TagRecord } from './record.ts';
import { createContainers, type Named, readServices } from './services.ts';
import { short } from './tags.ts';

/** What came of the deployments that follow a retag. */
export interface Deployed {
  /** Without what was done, or given up. */
  readonly record: TagRecord;
  readonly findings: readonly Finding[];
  /** When to try the others again. */
  readonly lookAt?: EpochMs;
  /** What ECS will refuse again. */
  readonly refused: readonly Error[];
}

type Deploying = NonNullable<TagRecord['deploying']>;

/** A service that cannot be deployed now is tried again for so long. */
const TRIED_FOR = HOUR;

/**
 * Makes services run what the tag points to: ECS goes by the digest that it found when a deployment began, so that a retag
 * alone changes nothing (retagging edge 18). A deployment that began after the retag counts, whoever began it; thus none is
 * begun twice. `region`: of the repository.
 */
export async function deployAfter(
  ecs: ECSClient,
  record: TagRecord,
  region: string | null,
  now: EpochMs,
): Promise<Deployed> {
  const { deploying, ...rest } = record;
  if (deploying === undefined) return { record, findings: [], refused: [] };
  // Somebody has moved the tag meanwhile, and it is theirs to deploy.
  if (deploying.digest !== record.current?.digest) return { record: rest, findings: [], refused: [] };
  let services: readonly Named[];
  try {
    services = await readServices(ecs, deploying.services);
  } catch (error) {
    const { finding, passes } = couldNotRead(error);
    const said = { ...finding, sentence: `${record.id}, the services to deploy: ${finding.sentence}` };
    const over = !passes || now - deploying.since >= TRIED_FOR;
    const refused = passes ? [] : [new Error(said.sentence, { cause: error })];
    if (over) return { record: rest, findings: [said], refused };
    return { record, findings: [said], lookAt: now + MINUTE, refused };
  }
  return deployAll({ ecs, record, deploying, region, now }, services);
}

interface Task {
  readonly ecs: ECSClient;
  readonly record: TagRecord;
  readonly deploying: Deploying;
  readonly region: string | null;
  readonly now: EpochMs;
}

async function deployAll(task: Task, services: readonly Named[]): Promise<Deployed> {
  const { record, deploying, now } = task;
  const containersOf = createContainers(task.ecs);
  const findings: Finding[] = [];
  const refused: Error[] = [];
  const left: string[] = [];
  for (const named of services) {
    const verdict = await deployOne(task, named, containersOf);
    if (verdict === undefined) continue;
    const { finding, again } = verdict;
    const over = again && now - deploying.since >= TRIED_FOR;
    if (again && !over) left.push(named.name);
    findings.push(over ? givenUp(finding) : finding);
    if (verdict.error) refused.push(verdict.error);
  }
  const { deploying: _, ...rest } = record;
  if (left.length === 0) return { record: rest, findings, refused };
  const next = { ...rest, deploying: { ...deploying, services: left } };
  return { record: next, findings, lookAt: now + MINUTE, refused };
}

interface Verdict {
  readonly finding: Finding;
  /** Whether it is tried again. */
  readonly again: boolean;
  readonly error?: Error;
}

const givenUp = (finding: Finding): Finding => ({
  ...finding,
  outcome: 'refused',
  sentence: `${finding.sentence} That has been so for an hour, and it is given up. Deploy the service when it is ready.`,
});

/** Undefined: `*` does not mean it. */
async function deployOne(
  task: Task,
  { name, byStar, service }: Named,
  containersOf: ReturnType<typeof createContainers>,
): Promise<Verdict | undefined> {
  const { ecs, record, region, deploying } = task;
  const what = `${name}, after ${record.id} went to ${short(deploying.digest)}`;
  const over = (reason: Finding['reason'], sentence: string): Verdict => ({
    finding: { reason, outcome: 'refused', sentence, facts: { service: name } },
    again: false,
  });
  if (service === 'missing' || service.status !== 'ACTIVE') {
    if (byStar) return undefined;
    return over('service-not-deployable', `${what}: ECS has no such service. Correct the rule's \`deploy\`.`);
  }
  try {
    const use = useOf(await containersOf(service.taskDefinition ?? ''), record, region);
    if (use !== 'tag' && byStar) return undefined;
    if (use === 'digest') {
      const sentence = `${what}: its task definition names the image by digest, which a tag does not change. Register a revision with the tag or the new digest.`;
      return over('pinned-by-digest', sentence);
    }
    if (use === 'none') {
      const sentence = `${what}: no container of ${idOf(service.taskDefinition ?? '')} has the image ${record.repository}:${record.tag}. Take it out of the rule's \`deploy\`, or use the tag.`;
      return over('tag-not-used-by-service', sentence);
    }
    const standing = standingOf(service, deploying.since);
    if (standing.kind === 'impossible') return over('service-not-deployable', `${what}: ${standing.why}`);
    if (standing.kind === 'busy') {
      const sentence = `${what}: ${standing.why} It is tried again in a minute.`;
      const finding: Finding = { reason: 'service-not-deployable', outcome: 'held', sentence };
      return { finding: { ...finding, facts: { service: name } }, again: true };
    }
    const facts = { service: name, digest: deploying.digest };
    if (standing.kind === 'deployed') {
      const sentence = `${what}: a deployment has begun since (${utc(standing.at)}), which runs that image.`;
      const finding: Finding = { reason: 'deployment-started', outcome: 'done', sentence, facts };
      return { finding, again: false };
    }
    const [cluster] = name.split('/');
    await ecs.send(
      new UpdateServiceCommand({ cluster, service: service.serviceName, forceNewDeployment: true }),
    );
    const sentence = `${what}: a new deployment of ${idOf(service.taskDefinition ?? '')} is begun; its tasks will run ${deploying.digest}.`;
    return { finding: { reason: 'deployment-started', outcome: 'acted', sentence, facts }, again: false };
  } catch (error) {
    return failed(what, error);
  }
}

function failed(what: string, error: unknown): Verdict {
  const { code, sentence, retryable } = explain(error);
  const said = `${what}: ${sentence}`;
  if (retryable) {
    const reason = code === 'aws-throttled' ? 'throttled' : 'acting-failed';
    return { finding: { reason, outcome: 'failed', sentence: said }, again: true };
  }
  const reason = code === 'aws-access-denied' ? 'access-denied' : 'action-refused';
  const finding: Finding = { reason, outcome: 'failed', sentence: said };
  return { finding, again: false, error: new Error(said, { cause: error }) };
}

type Standing =
  | { readonly kind: 'ready' }
  | { readonly kind: 'deployed'; readonly at: EpochMs }
  | { readonly kind: 'busy'; readonly why: string }
  | { readonly kind: 'impossible'; readonly why: string };

/** Whether a deployment can begin, or has since the retag. Whoever deploys has a reason: it is not superseded. */
function standingOf(service: Service, since: EpochMs): Standing {
  const { deployments = [], deploymentController, deploymentConfiguration } = service;
  const { type: controller = 'ECS' } = deploymentController ?? {};
  const { strategy = 'ROLLING' } = deploymentConfiguration ?? {};
  if (controller !== 'ECS' || strategy !== 'ROLLING') {
    const kind = controller === 'ECS' ? strategy : controller;
    const why = `it is deployed by ${kind}, where only rolling deployments of ECS are begun from here. Deploy it as usual.`;
    return { kind: 'impossible', why };
  }
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  const began = primary?.createdAt?.getTime() ?? 0;
  if (began >= since) return { kind: 'deployed', at: began };
  if (deployments.length > 1 || primary?.rolloutState === 'IN_PROGRESS') {
    return { kind: 'busy', why: 'a deployment that began before is in progress.' };
  }
  return { kind: 'ready' };
}
