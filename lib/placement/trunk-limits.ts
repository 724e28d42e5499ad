/**
 * Tasks in network mode awsvpc on an instance with a trunk network interface, by family and size.
 *
 * PUBLISHED is "Task limit with ENI trunking" of the Developer Guide ("Supported Amazon EC2 instance types" under
 * "Elastic network interface trunking", as of 2023-04-18, the last version of its public sources). Left out are rows
 * that contradict the text above the table (c5a.8xlarge, m5n, m5zn, r5b, r5dn) or are not plausible (large sizes of
 * i4i, trn1n, some u-...tb1).
 *
 * AT_LEAST has later families, that the table does not list: the branch interfaces of a type as Kubernetes uses them
 * (aws/amazon-vpc-resource-controller-k8s, pkg/aws/vpc/limits.go, 2026-04). For each of the 426 types that both list
 * this number is at most that of ECS.
 */
const PUBLISHED: readonly (readonly [families: string, limits: string])[] = [
  ['a1', 'medium:10 large:10 xlarge:20 2xlarge:40 4xlarge:60'],
  [
    'm5 m5a m5ad r5a r5ad r5d',
    'large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 12xlarge:60 16xlarge:120 24xlarge:120',
  ],
  [
    'm5d',
    'large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 12xlarge:60 16xlarge:120 24xlarge:120 metal:120',
  ],
  [
    'm6a c6a r6a',
    'large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:90 12xlarge:120 16xlarge:120 24xlarge:120 32xlarge:120 48xlarge:120 metal:120',
  ],
  [
    'm6g m6gd m7g c6g c6gd c7g r6g r6gd r7g',
    'medium:4 large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 12xlarge:60 16xlarge:120 metal:120',
  ],
  [
    'm6i m6id m6idn m6in c6i c6id c6in r6i r6id r6idn r6in',
    'large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:90 12xlarge:120 16xlarge:120 24xlarge:120 32xlarge:120 metal:120',
  ],
  ['c5 c5d', 'large:10 xlarge:20 2xlarge:40 4xlarge:60 9xlarge:60 12xlarge:60 18xlarge:120 24xlarge:120'],
  ['c5a c5ad r5', 'large:10 xlarge:20 2xlarge:40 4xlarge:60 12xlarge:60 16xlarge:120 24xlarge:120'],
  ['c6gn', 'medium:4 large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 12xlarge:60 16xlarge:120'],
  ['hpc6a', '48xlarge:120'],
  ['hpc6id', '32xlarge:120'],
  [
    'x2gd',
    'medium:10 large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 12xlarge:60 16xlarge:120 metal:120',
  ],
  ['x2idn', '16xlarge:120 24xlarge:120 32xlarge:120 metal:120'],
  ['x2iedn', 'xlarge:13 2xlarge:29 4xlarge:60 8xlarge:120 16xlarge:120 24xlarge:120 32xlarge:120 metal:120'],
  ['x2iezn', '2xlarge:64 4xlarge:120 6xlarge:120 8xlarge:120 12xlarge:120 metal:120'],
  ['i4i', 'xlarge:8 2xlarge:28 4xlarge:58 8xlarge:118'],
  ['im4gn', 'large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 16xlarge:120'],
  ['is4gen', 'medium:4 large:10 xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60'],
  ['dl1 p4d p4de', '24xlarge:120'],
  ['g4ad', 'xlarge:12 2xlarge:12 4xlarge:12 8xlarge:12 16xlarge:12'],
  ['g5', 'xlarge:6 2xlarge:19 4xlarge:40 8xlarge:90 12xlarge:120 16xlarge:120 24xlarge:120 48xlarge:120'],
  ['g5g', 'xlarge:20 2xlarge:40 4xlarge:60 8xlarge:60 16xlarge:120 metal:120'],
  ['inf2', 'xlarge:20 8xlarge:90 24xlarge:120 48xlarge:120'],
  ['p3', '2xlarge:40 8xlarge:60 16xlarge:120'],
  ['trn1', '2xlarge:19 32xlarge:120'],
  ['vt1', '3xlarge:40 6xlarge:60 24xlarge:120'],
];

const AT_LEAST: typeof PUBLISHED = [
  [
    'c7a m7a r7a',
    'medium:4 large:9 xlarge:18 2xlarge:38 4xlarge:54 8xlarge:84 12xlarge:114 16xlarge:107 24xlarge:107 32xlarge:107 48xlarge:107 metal-48xl:107',
  ],
  [
    'c7gd c7gn m7gd r7gd',
    'medium:4 large:9 xlarge:18 2xlarge:38 4xlarge:54 8xlarge:54 12xlarge:54 16xlarge:107 metal:107',
  ],
  [
    'c7i m7i r7i',
    'large:9 xlarge:18 2xlarge:38 4xlarge:54 8xlarge:84 12xlarge:114 16xlarge:107 24xlarge:107 48xlarge:107 metal-24xl:107 metal-48xl:107',
  ],
  ['c7i-flex m7i-flex', 'large:3 xlarge:8 2xlarge:18 4xlarge:34 8xlarge:54 12xlarge:114 16xlarge:107'],
  [
    'c8g c8gd m8g m8gd r8g r8gd x8g',
    'medium:4 large:9 xlarge:18 2xlarge:38 4xlarge:54 8xlarge:54 12xlarge:54 16xlarge:107 24xlarge:107 48xlarge:107 metal-24xl:107 metal-48xl:107',
  ],
  [
    'c8i c8id m8i m8id r8i r8id',
    'large:9 xlarge:18 2xlarge:38 4xlarge:54 8xlarge:82 12xlarge:110 16xlarge:106 24xlarge:106 32xlarge:98 48xlarge:98 96xlarge:98 metal-48xl:98 metal-96xl:98',
  ],
  [
    'c8i-flex m8i-flex r8i-flex',
    'large:3 xlarge:8 2xlarge:18 4xlarge:34 8xlarge:52 12xlarge:110 16xlarge:106',
  ],
  ['g6', 'xlarge:18 2xlarge:38 4xlarge:54 8xlarge:84 12xlarge:114 16xlarge:107 24xlarge:107 48xlarge:107'],
];

/** Undefined: not known for the type. */
export function trunkLimit(instanceType: string): number | undefined {
  const [family = '', size = ''] = instanceType.split('.');
  const row = [...PUBLISHED, ...AT_LEAST].find(([families]) => families.split(' ').includes(family));
  const limit = row?.[1].split(' ').find((each) => each.startsWith(`${size}:`));
  return limit === undefined ? undefined : Number(limit.slice(size.length + 1));
}
