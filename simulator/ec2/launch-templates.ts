import { ApiError, type Kernel } from '../kernel.ts';

/** One version of a launch template, from 1. */
export interface TemplateVersion {
  readonly template: LaunchTemplate;
  readonly number: number;
  readonly imageId: string;
  readonly instanceType: string;
}

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  /** Newest last. */
  readonly versions: TemplateVersion[];
  defaultVersion: number;
}

export interface VersionSpec {
  readonly imageId?: string;
  readonly instanceType?: string;
}

/** EC2's launch templates. */
export class LaunchTemplates {
  readonly all = new Map<string, LaunchTemplate>();
  /** Drawn apart, so that they shift nothing else. */
  readonly #names: Kernel['random'];

  constructor(kernel: Kernel) {
    this.#names = kernel.random.fork('launch-templates');
  }

  /** A template with its first version. */
  add(name: string, spec: VersionSpec): LaunchTemplate {
    const template: LaunchTemplate = {
      id: `lt-0${this.#names.hex(16)}`,
      name,
      versions: [],
      defaultVersion: 1,
    };
    this.all.set(template.id, template);
    this.addVersion(template, spec);
    return template;
  }

  /** CreateLaunchTemplateVersion: what is not given is as in the newest. The default version stays. */
  addVersion(template: LaunchTemplate, spec: VersionSpec): TemplateVersion {
    const newest = template.versions.at(-1);
    const version: TemplateVersion = {
      template,
      number: template.versions.length + 1,
      imageId: spec.imageId ?? newest?.imageId ?? `ami-0${this.#names.hex(16)}`,
      instanceType: spec.instanceType ?? newest?.instanceType ?? 'm7g.large',
    };
    template.versions.push(version);
    return version;
  }

  /**
   * By number, `$Latest` or `$Default`.
   * @throws ApiError with the codes of EC2's error reference; the sentences are ours
   */
  version(id: string, version: string): TemplateVersion {
    const template = this.all.get(id);
    if (template === undefined) {
      throw new ApiError('InvalidLaunchTemplateId.NotFound', `The launch template '${id}' does not exist.`);
    }
    const found = versionIn(template, version);
    if (found !== undefined) return found;
    const sentence = `Could not find launch template version ${version} of launch template '${id}'.`;
    throw new ApiError('InvalidLaunchTemplateId.VersionNotFound', sentence);
  }
}

export function versionIn(template: LaunchTemplate, version: string): TemplateVersion | undefined {
  const { versions, defaultVersion } = template;
  if (version === '$Latest') return versions.at(-1);
  return versions[(version === '$Default' ? defaultVersion : Number(version)) - 1];
}

/** As DescribeLaunchTemplateVersions tells it. */
export function versionShape({ template, number, imageId, instanceType }: TemplateVersion): object {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: number,
    defaultVersion: number === template.defaultVersion,
    launchTemplateData: { imageId, instanceType },
  };
}
