import type { ContainerDefinition, TaskDefinition, Volume } from '@aws-sdk/client-ecs';
import type { ContainerView, DefinitionView, VolumeView } from '../snapshot.ts';
import { holdsSecret } from './secrets.ts';

/** What the SDK calls a task definition, without the values of its environment and its commands. */
export const definitionView = (definition: TaskDefinition, asked: string): DefinitionView => ({
  arn: definition.taskDefinitionArn ?? asked,
  name: (definition.taskDefinitionArn ?? asked).split('/').at(-1) ?? asked,
  // Linux's default; Windows calls its own `default`, of which nothing is known here.
  networkMode: definition.networkMode ?? 'bridge',
  hasTaskRole: Boolean(definition.taskRoleArn),
  containers: (definition.containerDefinitions ?? []).map(containerView),
  volumes: (definition.volumes ?? []).map(volumeView),
  expressions: (definition.placementConstraints ?? []).flatMap(({ type, expression }) =>
    type === 'memberOf' ? (expression ?? []) : [],
  ),
});

const containerView = (container: ContainerDefinition): ContainerView => ({
  name: container.name ?? '',
  image: container.image ?? '',
  pinned: container.versionConsistency !== 'disabled',
  ports: (container.portMappings ?? []).map(({ containerPort = 0, hostPort = 0, protocol = 'tcp' }) => ({
    container: containerPort,
    host: hostPort,
    protocol,
  })),
  secrets: (container.environment ?? [])
    .filter(({ name = '', value = '' }) => holdsSecret(name, value))
    .map(({ name = '' }) => name),
  stopTimeoutSeconds: container.stopTimeout ?? null,
  startPeriodSeconds: container.healthCheck?.startPeriod ?? 0,
  devices: (container.linuxParameters?.devices ?? []).flatMap(({ hostPath }) => hostPath ?? []),
  s3Program: s3Program(container),
});

const S3_PROGRAM = /(?:^|[^\w-])(s3fs|s3fs-fuse|goofys|mount-s3|mountpoint-s3|geesefs)(?![\w-])/;

function s3Program({ image = '', command = [], entryPoint = [] }: ContainerDefinition): string | null {
  return S3_PROGRAM.exec([image, ...entryPoint, ...command].join(' '))?.[1] ?? null;
}

function volumeView(volume: Volume): VolumeView {
  const name = volume.name ?? '';
  if (volume.s3filesVolumeConfiguration !== undefined) return { name, kind: 's3files' };
  if (volume.dockerVolumeConfiguration !== undefined) {
    return { name, kind: 'docker', driver: volume.dockerVolumeConfiguration.driver ?? 'local' };
  }
  const isElsewhere =
    volume.efsVolumeConfiguration ??
    volume.fsxWindowsFileServerVolumeConfiguration ??
    volume.configuredAtLaunch;
  if (isElsewhere !== undefined && isElsewhere !== false) return { name, kind: 'other' };
  return { name, kind: 'host', path: volume.host?.sourcePath ?? null };
}
