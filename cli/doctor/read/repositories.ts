import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetLifecyclePolicyCommand,
  type Repository,
} from '@aws-sdk/client-ecr';
import { mapConcurrent } from '../../../lib/aws/batch.ts';
import { errorName } from '../../../lib/aws/errors.ts';
import { collectPages } from '../../../lib/aws/paging.ts';
import type { DoctorClients } from '../clients.ts';
import { ecrImage, repositoryKey } from '../image.ts';
import type { DefinitionView, RepositoryView } from '../snapshot.ts';
import type { Attempts } from './attempts.ts';
import { CONCURRENCY, inBatches } from './in-batches.ts';

// Loaded by `import()` in cluster.ts, with the client.

/** As many as DescribeRepositories takes, and BatchGetRepositoryScanningConfiguration (ECR API reference). */
const NAMES_A_CALL = 100;
const SCANS_A_CALL = 25;

/**
 * By `repositoryKey`: those of the images that are in the cluster's account and Region. Of a registry elsewhere these
 * credentials are seldom told anything.
 */
export async function readRepositories(
  client: DoctorClients['ecr'],
  definitions: ReadonlyMap<string, DefinitionView>,
  { account, region }: { readonly account: string; readonly region: string },
  { attempt }: Attempts,
): Promise<Map<string, RepositoryView>> {
  const names = [...definitions.values()]
    .flatMap(({ containers }) => containers)
    .map(({ image }) => ecrImage(image))
    .filter((image) => image !== null)
    .filter((image) => image.key === repositoryKey(account, region, image.repository))
    .map(({ repository }) => repository);
  if (names.length === 0) return new Map();
  const ecr = await client();
  const repositories = await attempt('ecr:DescribeRepositories', [], () => describe(ecr, names));
  const known = repositories.flatMap(({ repositoryName }) => repositoryName ?? []);
  const unlimited = await attempt('ecr:GetLifecyclePolicy', [], async () => {
    const answers = await mapConcurrent(known, CONCURRENCY, async (name) =>
      (await hasLifecyclePolicy(ecr, name)) ? [] : [name],
    );
    return answers.flat();
  });
  const scanned = await attempt('ecr:BatchGetRepositoryScanningConfiguration', known, () =>
    scans(ecr, known),
  );
  return new Map(
    repositories.map((repository) => {
      const name = repository.repositoryName ?? '';
      const view = {
        arn: repository.repositoryArn ?? '',
        name,
        mutability: repository.imageTagMutability ?? 'MUTABLE',
        exceptions: (repository.imageTagMutabilityExclusionFilters ?? []).flatMap(
          ({ filter }) => filter ?? [],
        ),
        hasLifecyclePolicy: !unlimited.includes(name),
        isScanned: scanned.includes(name),
      };
      return [repositoryKey(account, region, name), view];
    }),
  );
}

const describe = (ecr: ECRClient, names: readonly string[]): Promise<Repository[]> =>
  inBatches(
    names,
    NAMES_A_CALL,
    (repositoryNames) =>
      collectPages('ECR DescribeRepositories', async (nextToken) => {
        const page = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames, nextToken }));
        return { items: page.repositories, next: page.nextToken };
      }),
    (error) => errorName(error) === 'RepositoryNotFoundException',
  );

async function hasLifecyclePolicy(ecr: ECRClient, repositoryName: string): Promise<boolean> {
  try {
    await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
    return true;
  } catch (error) {
    if (errorName(error) === 'LifecyclePolicyNotFoundException') return false;
    throw error;
  }
}

/** The names of those that are scanned without anybody's asking. What ECR could not tell counts as scanned. */
const scans = (ecr: ECRClient, names: readonly string[]): Promise<string[]> =>
  inBatches(names, SCANS_A_CALL, async (repositoryNames) => {
    const { scanningConfigurations = [] } = await ecr.send(
      new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames }),
    );
    const manual = scanningConfigurations
      .filter(({ scanFrequency }) => scanFrequency === 'MANUAL')
      .map(({ repositoryName }) => repositoryName);
    return repositoryNames.filter((name) => !manual.includes(name));
  });
