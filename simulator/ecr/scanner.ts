import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { ApiError, draw, type Kernel, type Span } from '../kernel.ts';
import { publishBasicScan, publishInspectorScan } from './events.ts';
import { isScannable } from './manifest.ts';
import type { Finding, Image, Repository, Scan, ScanOutcome, Severity } from './model.ts';

const SCAN_MS: Span = [20 * SECOND, 2 * MINUTE];
/** "An image can be scanned once per 24 hours", the scan on push included: user guide, "Basic scanning". */
const QUOTA_MS = 24 * HOUR;

/** Image scans, basic ones by ECR and enhanced ones by Amazon Inspector. They end by themselves. */
export class Scanner {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A new image is there; a retag is not one. Indexes are never scanned, only the images that they stand for. */
  pushed(repository: Repository, image: Image): void {
    if (repository.scanning === 'off' || repository.scanning === 'manual') return;
    if (image.manifest.children !== undefined) return;
    this.start(repository, image);
  }

  /** StartImageScan. @throws ApiError as it does */
  request(repository: Repository, image: Image): Scan {
    if (repository.scanning === 'enhanced' || repository.scanning === 'off') {
      throw new ApiError('ValidationException', 'This feature is disabled');
    }
    if (image.status === 'ARCHIVED') {
      throw new ApiError('ImageArchivedException', 'The specified image is archived and cannot be scanned.');
    }
    if (!isScannable(image.manifest)) {
      throw new ApiError('UnsupportedImageTypeException', 'The image is of a type that cannot be scanned.');
    }
    if (image.scan !== undefined && this.#kernel.now() < image.scan.startedAt + QUOTA_MS) {
      throw new ApiError(
        'LimitExceededException',
        'The scan quota per image has been exceeded. Wait and try again.',
      );
    }
    return this.start(repository, image);
  }

  /** Starts a scan whatever the quota says. Its result is the image's `outcome` at the time when it ends. */
  start(repository: Repository, image: Image): Scan {
    const enhanced = repository.scanning === 'enhanced';
    const initial = image.scan?.completedAt === undefined;
    image.scan?.timer?.cancel();
    const scan: Scan = {
      startedAt: this.#kernel.now(),
      initial,
      status: enhanced ? 'PENDING' : 'IN_PROGRESS',
      description: '',
      findings: [],
      completedAt: undefined,
      timer: undefined,
    };
    image.scan = scan;
    if (isScannable(image.manifest)) {
      this.#endLater(repository, image, scan);
    } else {
      scan.status = 'UNSUPPORTED_IMAGE';
      scan.description = 'The image is of a type that cannot be scanned.';
    }
    return scan;
  }

  /**
   * What the image's scan finds. One that runs ends with it, `afterMs` from now if that is given; an enhanced scan that
   * has ended takes it over at once, without an event; a basic one that has ended keeps what it found.
   */
  choose(repository: Repository, image: Image, outcome: ScanOutcome): void {
    image.outcome = outcome;
    const { scan } = image;
    if (scan === undefined) return;
    if (scan.timer !== undefined) {
      if (outcome.afterMs === undefined) return;
      scan.timer.cancel();
      this.#endLater(repository, image, scan);
    } else if (repository.scanning === 'enhanced') {
      this.#conclude(repository, image, scan);
    }
  }

  #endLater(repository: Repository, image: Image, scan: Scan): void {
    const ms = draw(this.#kernel.random, image.outcome.afterMs ?? SCAN_MS);
    scan.timer = this.#kernel.after(ms, () => {
      scan.timer = undefined;
      this.#conclude(repository, image, scan);
      if (repository.scanning === 'enhanced') {
        if (scan.initial && scan.status === 'ACTIVE')
          publishInspectorScan(this.#kernel, repository, image, scan.findings);
      } else if (scan.status === 'COMPLETE' || scan.status === 'FAILED') {
        publishBasicScan(this.#kernel, repository, image, scan);
      }
    });
  }

  #conclude({ scanning }: Repository, { outcome }: Image, scan: Scan): void {
    const usual = scanning === 'enhanced' ? 'ACTIVE' : 'COMPLETE';
    scan.status = outcome.status ?? usual;
    scan.description = outcome.description ?? describe(scan.status);
    const hasFindings = scan.status === 'COMPLETE' || scan.status === 'ACTIVE';
    scan.findings = hasFindings ? findingsOf(outcome) : [];
    scan.completedAt = hasFindings ? this.#kernel.now() : undefined;
  }
}

/** The findings that were chosen, or made up by their counts. */
function findingsOf({ findings = [] }: ScanOutcome): readonly Finding[] {
  if (isList(findings)) return findings;
  const made: Finding[] = [];
  for (const severity of SEVERITIES) {
    for (let count = 0; count < (findings[severity] ?? 0); count++) {
      const number = String(made.length + 1).padStart(4, '0');
      made.push({ name: `CVE-2026-${number}`, severity, package: `lib${number}`, version: '1.0.0' });
    }
  }
  return made;
}

const isList = (findings: NonNullable<ScanOutcome['findings']>): findings is readonly Finding[] =>
  Array.isArray(findings);

const SEVERITIES: readonly Severity[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED'];

function describe(status: Scan['status']): string {
  switch (status) {
    case 'COMPLETE':
      return 'The scan was completed successfully.';
    case 'ACTIVE':
      return 'Continuous scan is selected for image.';
    case 'FAILED':
      return 'The scan failed.';
    case 'UNSUPPORTED_IMAGE':
      return 'UnsupportedImageError: The operating system and/or package manager are not supported.';
    case 'SCAN_ELIGIBILITY_EXPIRED':
      return 'Scan eligibility expired.';
    default:
      return '';
  }
}
