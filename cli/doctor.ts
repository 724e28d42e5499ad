import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mapConcurrent } from '../lib/aws/batch.ts';
import type { Account } from './account.ts';
import { BadInput, type Command, EXIT, type ExitCode, type Options } from './command.ts';
import { CHECKS } from './doctor/checks.ts';
import { createDoctorClients } from './doctor/clients.ts';
import { clustersOf, findClusters } from './doctor/clusters.ts';
import { diagnose, isAtLeast } from './doctor/diagnose.ts';
import { type Check, type Policy, SEVERITIES, type Severity } from './doctor/finding.ts';
import { asJson, asText, type Report } from './doctor/output.ts';
import { readCluster } from './doctor/read/cluster.ts';
import { asSarif } from './doctor/sarif.ts';
import { failureText } from './failed.ts';
import {
  CREDENTIALS_HELP,
  FLAG,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  type Place,
  placeOf,
  TEXT,
} from './options.ts';
import { readPolicy } from './policy-file.ts';
import { createSteps } from './progress.ts';
import { didYouMean } from './suggest.ts';

const HELP = `Usage: stevedore doctor [CLUSTER...] [OPTIONS]

Looks for the known traps of ECS in your clusters and names the fix of each. It reads, and changes nothing. Without a
CLUSTER (a name or an ARN) it takes those of the policy file.

  --all              every cluster of the account in the Region
  --policy FILE      the policy file (default stevedore.yml, where there is one)
  --severity LEAST   show error, warning (default) or note, and what is worse
  --only CHECK       this check only; may be given more than once. Only what it needs is read
  --sarif FILE       write the findings as SARIF 2.1.0 too; - for the output, in place of the table
${JSON_HELP}
${PLACE_HELP}

${CREDENTIALS_HELP} They need ecs:List*, ecs:Describe*,
ec2:Describe* (Instances, SecurityGroups, LaunchTemplateVersions), autoscaling:Describe* (AutoScalingGroups,
LifecycleHooks), elasticloadbalancing:Describe* (TargetGroups, TargetGroupAttributes, LoadBalancers),
ecr:DescribeRepositories, ecr:GetLifecyclePolicy and ecr:BatchGetRepositoryScanningConfiguration. What is denied leaves
out the checks that need it.

Checks (docs/doctor.md explains each):
${CHECKS.map(({ id, title }) => `  ${id.padEnd(30)} ${title}`).join('\n')}

Example:
  npx stevedore doctor prod --severity note --region eu-west-1

Exit codes: 0 nothing found, 1 something could not be read, so that not all was checked, 2 an option or the policy file
is wrong, 3 something was found.
`;

const OPTIONS = {
  all: FLAG,
  policy: TEXT,
  severity: { ...TEXT, default: 'warning' },
  only: { ...TEXT, multiple: true },
  sarif: TEXT,
  ...JSON_OUTPUT,
  ...PLACE,
} as const satisfies Options;

/** Clusters that are read at once. */
const CLUSTERS_AT_ONCE = 3;
const DEFAULT_POLICY = 'stevedore.yml';

interface DoctorOptions {
  readonly place: Place;
  readonly policyFile: string | null;
  readonly clusters: readonly string[] | 'all' | 'policy';
  readonly least: Severity;
  readonly checks: readonly Check[];
  readonly sarif: string | null;
  readonly json: boolean;
}

/** What of an account is used. */
type Reach = (place: Place, table: string) => Pick<Account, 'clientOptions' | 'stderr'>;

/** The verb, given how it reaches an account. */
export const createDoctor = (connect: Reach): Command => ({
  summary: 'look for known traps in the clusters and name the fix of each; changes nothing',
  help: HELP,
  options: OPTIONS,
  async run(args, { out, err, columns }) {
    const options = parseOptions(args, process.env);
    const policy = options.policyFile === null ? null : readPolicy(options.policyFile).runtime;
    const wanted = options.clusters === 'policy' ? clustersOf(policy) : options.clusters;
    if (wanted.length === 0) throw noCluster(options.policyFile);
    let report: Report;
    try {
      report = await examine(options, policy, wanted, connect(options.place, ''));
    } catch (error) {
      const text = failureText('doctor', error);
      if (text === undefined) throw error;
      err(text);
      return EXIT.failed;
    }
    const { sarif, checks, json } = options;
    if (sarif !== null && sarif !== '-') writeFileSync(sarif, asSarif(report, checks));
    if (sarif === '-') out(asSarif(report, checks));
    else out(json ? asJson(report) : asText(report, columns));
    return exitCode(report);
  },
});

async function examine(
  { place, policyFile, least, checks }: DoctorOptions,
  policy: Policy,
  names: readonly string[] | 'all',
  { clientOptions, stderr }: ReturnType<Reach>,
): Promise<Report> {
  const clients = createDoctorClients(clientOptions);
  const { found, missing } = await findClusters(clients.ecs, names);
  const wanted = new Set(checks.flatMap(({ reads }) => reads));
  const progress = createSteps('Reading clusters', stderr, found.length);
  const read = async (cluster: (typeof found)[number]) => {
    const snapshot = await readCluster(cluster, { clients, policy, wanted });
    progress.step();
    return snapshot;
  };
  const snapshots = await mapConcurrent(found, CLUSTERS_AT_ONCE, read).finally(progress.stop);
  const { findings, notChecked } = diagnose(snapshots, policy, checks);
  const shown = findings.filter(({ severity }) => isAtLeast(severity, least));
  return {
    region: place.region,
    endpoint: place.endpoint,
    policyFile,
    clusters: snapshots.map(({ cluster }) => cluster),
    missing,
    least,
    findings: shown,
    hidden: findings.length - shown.length,
    notChecked,
    checks: checks.map(({ id }) => id),
  };
}

/** What was not read may hide the worst, so that it comes first. */
function exitCode({ findings, notChecked, missing }: Report): ExitCode {
  if (notChecked.length + missing.length > 0) return EXIT.failed;
  return findings.length > 0 ? EXIT.pending : EXIT.done;
}

/** Throws `BadInput`. */
function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): DoctorOptions {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const { all, policy, severity, only, sarif = null, json } = values;
  if (all && positionals.length > 0) {
    throw new BadInput(`Found --all and ${positionals.join(' ')}: leave one of the two out.`);
  }
  if (json && sarif === '-')
    throw new BadInput('--json and --sarif - both want the output: name a file for SARIF.');
  const least = SEVERITIES.find((one) => one === severity);
  if (least === undefined) {
    throw new BadInput(`--severity: found ${JSON.stringify(severity)}, expected ${SEVERITIES.join(', ')}.`);
  }
  return {
    place: placeOf(values, env),
    // Clusters can be looked at without a policy, and then its file need not be there.
    policyFile: policy ?? (existsSync(DEFAULT_POLICY) ? DEFAULT_POLICY : null),
    clusters: all ? 'all' : positionals.length > 0 ? positionals : 'policy',
    least,
    checks: chosen(only),
    sarif,
    json,
  };
}

function chosen(only: readonly string[] | undefined): readonly Check[] {
  if (only === undefined) return CHECKS;
  const unknown = only.find((id) => !CHECKS.some((check) => check.id === id));
  if (unknown === undefined) return CHECKS.filter(({ id }) => only.includes(id));
  const ids = CHECKS.map(({ id }) => id);
  throw new BadInput(
    `--only: there is no check ${JSON.stringify(unknown)}.${didYouMean(unknown, ids)} There are ${ids.join(', ')}.`,
  );
}

const noCluster = (policyFile: string | null) =>
  new BadInput(
    policyFile === null
      ? `There is no ${DEFAULT_POLICY} here: name clusters, or give --all or --policy FILE.`
      : `${policyFile} names no cluster: name clusters, or give --all.`,
  );
