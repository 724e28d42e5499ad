import {
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  type Repository,
} from '@aws-sdk/client-ecr';
import { chunk } from '../aws/batch.ts';
import { errorName } from '../aws/errors.ts';
import { collectPages } from '../aws/paging.ts';
import type { RepositoryView } from './snapshot.ts';

/** The limits of DescribeRepositories. */
const BATCH = 100;
const PAGE = 1_000;
/** Takes in whatever no other rule does, so that it tells nothing of a repository (CreatePullThroughCacheRule, ECR API). */
const ROOT = 'ROOT';

/**
 * Which tags of these repositories can be moved, and which repositories belong to a cache of another registry. Those that
 * do not exist are left out.
 * @throws what ECR throws beyond the retries
 */
export async function readRepositories(
  ecr: ECRClient,
  names: readonly string[],
): Promise<Map<string, RepositoryView>> {
  const repositories = await describe(ecr, names);
  const prefixes = await cachePrefixes(ecr);
  const isCache = (name: string) =>
    prefixes.some((prefix) => prefix !== ROOT && name.startsWith(`${prefix}/`));
  return new Map(
    repositories.flatMap(({ repositoryName: name, imageTagMutability, ...repository }) => {
      if (name === undefined) return [];
      const filters = repository.imageTagMutabilityExclusionFilters ?? [];
      const view: RepositoryView = {
        mutability: imageTagMutability ?? 'MUTABLE',
        exclusions: filters.flatMap(({ filter }) => filter ?? []),
        pullThroughCache: isCache(name),
      };
      return [[name, view] as const];
    }),
  );
}

async function describe(ecr: ECRClient, names: readonly string[]): Promise<Repository[]> {
  const found: Repository[] = [];
  for (const repositoryNames of chunk(names, BATCH)) {
    try {
      const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
      found.push(...repositories);
    } catch (error) {
      // One that is missing fails the whole call: then all are listed.
      if (errorName(error) !== 'RepositoryNotFoundException') throw error;
      const wanted = new Set(names);
      return (await listAll(ecr)).filter(({ repositoryName = '' }) => wanted.has(repositoryName));
    }
  }
  return found;
}

const listAll = (ecr: ECRClient): Promise<Repository[]> =>
  collectPages('ECR DescribeRepositories', async (nextToken) => {
    const command = new DescribeRepositoriesCommand({
      maxResults: PAGE,
      ...(nextToken !== undefined && { nextToken }),
    });
    const output = await ecr.send(command);
    return { items: output.repositories, next: output.nextToken };
  });

async function cachePrefixes(ecr: ECRClient): Promise<string[]> {
  const rules = await collectPages('ECR DescribePullThroughCacheRules', async (nextToken) => {
    const command = new DescribePullThroughCacheRulesCommand({
      maxResults: PAGE,
      ...(nextToken !== undefined && { nextToken }),
    });
    const output = await ecr.send(command);
    return { items: output.pullThroughCacheRules, next: output.nextToken };
  });
  return rules.flatMap(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix ?? []);
}
