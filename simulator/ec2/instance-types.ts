/** What EC2 says of an instance type, as far as ECS and Auto Scaling go by it. */
export interface InstanceType {
  readonly name: string;
  readonly vCpus: number;
  /** MiB. */
  readonly memory: number;
  readonly architecture: 'x86_64' | 'arm64';
  readonly gpus: number;
  /** Network interfaces that can be attached, the primary one included. */
  readonly networkInterfaces: number;
}

type Row = readonly [name: string, vCpus: number, gib: number, networkInterfaces: number, gpus?: number];

/** EC2 instance types guide, "Specifications for Amazon EC2 … instances"; Graviton ones are told by their family. */
const ROWS: readonly Row[] = [
  ['t3.medium', 2, 4, 3],
  ['m5.large', 2, 8, 3],
  ['m5.xlarge', 4, 16, 4],
  ['m6i.large', 2, 8, 3],
  ['m6i.xlarge', 4, 16, 4],
  ['m6i.2xlarge', 8, 32, 4],
  ['m7i.large', 2, 8, 3],
  ['m7i.xlarge', 4, 16, 4],
  ['c6i.large', 2, 4, 3],
  ['c6i.xlarge', 4, 8, 4],
  ['r6i.large', 2, 16, 3],
  ['m7g.medium', 1, 4, 2],
  ['m7g.large', 2, 8, 3],
  ['m7g.xlarge', 4, 16, 4],
  ['g4dn.xlarge', 4, 16, 3, 1],
];

export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map(
  ROWS.map(([name, vCpus, gib, networkInterfaces, gpus = 0]) => [
    name,
    {
      name,
      vCpus,
      memory: gib * 1024,
      architecture: /^[a-z]\dg/.test(name) && !name.startsWith('g') ? 'arm64' : 'x86_64',
      gpus,
      networkInterfaces,
    },
  ]),
);

/** As DescribeInstanceTypes tells it. */
export function typeShape(type: InstanceType): object {
  const { name, vCpus, memory, architecture, gpus, networkInterfaces } = type;
  return {
    instanceType: name,
    vCpuInfo: { defaultVCpus: vCpus },
    memoryInfo: { sizeInMiB: memory },
    processorInfo: { supportedArchitectures: [architecture] },
    ...(gpus === 0 ? {} : { gpuInfo: { gpus: [{ name: 'T4', manufacturer: 'NVIDIA', count: gpus }] } }),
    networkInfo: {
      maximumNetworkInterfaces: networkInterfaces,
      defaultNetworkCardIndex: 0,
      networkCards: [{ networkCardIndex: 0, maximumNetworkInterfaces: networkInterfaces }],
    },
  };
}
