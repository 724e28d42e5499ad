import { capacitiesOf, type Running, running } from '../capacity.ts';
import { type Check, ecsGuide, type Found, type Severity } from '../finding.ts';
import { DEFINITIONS, PROVIDERS } from '../reads.ts';
import type { ContainerView, Snapshot, VolumeView } from '../snapshot.ts';

/** An S3 bucket is no volume of ECS: S3 Files is, on Fargate and Managed Instances and with a task role only. */
export const s3Mount: Check = {
  id: 's3-mount',
  title: 'A task mounts S3 in a way that ECS does not support',
  severity: 'warning',
  document: ecsGuide('s3files-volumes'),
  reads: [...DEFINITIONS, ...PROVIDERS],
  find: (snapshot) =>
    running(snapshot).flatMap((one) => {
      const places = placesOf(one, snapshot);
      const { volumes, containers } = one.definition;
      const wrong = [
        ...volumes.flatMap((volume) => ofVolume(volume, one, places)),
        ...containers.flatMap((container) => ofContainer(container, places)),
      ];
      return wrong.map(
        ([severity, problem, fix]): Found => ({
          resource: one.service.arn,
          subject: `service ${one.service.name}`,
          problem: `${problem} (${one.definition.name})`,
          fix,
          severity,
        }),
      );
    }),
};

type Wrong = readonly [severity: Severity, problem: string, fix: string];
interface Places {
  readonly ec2: boolean;
  readonly fargate: boolean;
}

const INSTEAD =
  'Use an S3 Files volume (s3filesVolumeConfiguration) on Fargate or Managed Instances, EFS, or read and write objects with the SDK.';
const S3 = /(^|[^a-z0-9])(s3|s3fs|goofys)([^a-z0-9]|$)/i;

function placesOf({ service }: Running, snapshot: Snapshot): Places {
  const capacities = capacitiesOf(service, snapshot);
  return {
    ec2: capacities.has('ec2') || capacities.has('external'),
    fargate: capacities.has('fargate') || capacities.has('fargate-spot'),
  };
}

function ofVolume(volume: VolumeView, { definition }: Running, { ec2, fargate }: Places): Wrong[] {
  const { name } = volume;
  switch (volume.kind) {
    case 's3files':
      return [
        ...(ec2
          ? [
              [
                'error',
                `Volume ${name} is one of S3 Files, which ECS does not support on EC2 instances: the task fails at launch`,
                'Run the service on Fargate or Managed Instances, or use EFS.',
              ] as const,
            ]
          : []),
        ...(definition.hasTaskRole
          ? []
          : [
              [
                'error',
                `Volume ${name} is one of S3 Files, and the task definition has no task role, which it must have`,
                'Set taskRoleArn to a role that may mount the file system.',
              ] as const,
            ]),
      ];
    case 'docker':
      if (!S3.test(volume.driver)) return [];
      return [
        fargate
          ? [
              'error',
              `Volume ${name} has the Docker driver ${volume.driver}; Fargate has no Docker volumes`,
              INSTEAD,
            ]
          : [
              'warning',
              `Volume ${name} has the Docker driver ${volume.driver}: without that plugin on every instance the task does not start, and AWS supports none`,
              INSTEAD,
            ],
      ];
    case 'host':
      if (volume.path !== null && S3.test(volume.path)) {
        const problem = `Volume ${name} is ${volume.path} of the host: where nothing has mounted S3 there before, the task writes to the disk of the instance and loses it`;
        return [['warning', problem, INSTEAD]];
      }
      if (volume.path !== null || !S3.test(name)) return [];
      return [
        [
          'warning',
          `Volume ${name} has S3 in its name only: it is an empty directory that ends with the task`,
          INSTEAD,
        ],
      ];
    case 'other':
      return [];
  }
  return volume satisfies never;
}

function ofContainer({ name, s3Program, devices }: ContainerView, { fargate }: Places): Wrong[] {
  const hasFuse = devices.includes('/dev/fuse');
  if (s3Program === null && !hasFuse) return [];
  const what = s3Program === null ? 'needs /dev/fuse, as s3fs does' : `mounts S3 with ${s3Program}`;
  if (fargate) {
    return [
      [
        'error',
        `Container ${name} ${what}, and Fargate gives a container neither FUSE nor privileges`,
        INSTEAD,
      ],
    ];
  }
  const remark = hasFuse
    ? 'that needs privileges on the host, and no other container sees it'
    : 'it has no device /dev/fuse';
  return [['warning', `Container ${name} ${what}: ${remark}`, INSTEAD]];
}
