import type { Finding } from './decision.ts';
import { finding, type Situation } from './situation.ts';
import type { Circumstances, ImageCheck } from './snapshot.ts';

/** What to pin so that a forced deployment ships what runs; nothing when it does anyway. */
interface Pinning {
  readonly pin?: Readonly<Record<string, string>>;
}

type Doubtful = Exclude<ImageCheck, { readonly verdict: 'same' }>;

const isDoubtful = (check: ImageCheck): check is Doubtful => check.verdict !== 'same';

/**
 * A forced deployment resolves tags anew, so that a tag that has moved since would ship another image with the change of
 * capacity (UpdateService, forceNewDeployment). Such a change is refused, or what runs is pinned.
 */
export function guardImages(situation: Situation, { images }: Circumstances): Pinning | Finding {
  const { policy, view } = situation;
  const doubtful = images.filter(isDoubtful);
  // Without a desired task nothing runs that could be another.
  if (policy.image === 'ignore' || doubtful.length === 0 || view.desired === 0) return {};
  const unpinnable = doubtful.find(({ running }) => policy.image === 'refuse' || running === null);
  if (unpinnable) return refusal(situation, unpinnable);
  return {
    pin: Object.fromEntries(
      doubtful.flatMap(({ container, running }) => (running === null ? [] : [[container, running]])),
    ),
  };
}

function refusal(situation: Situation, check: Doubtful): Finding {
  const { container, image } = check;
  if (check.verdict === 'differs') {
    return finding(
      situation,
      'image-differs',
      'refused',
      `would get another image with a new deployment: container ${container} runs ${check.running}, and ${image} is ${check.wouldShip} now. Deploy the new image, name it by digest, or set image: pin.`,
    );
  }
  return finding(
    situation,
    'image-unverifiable',
    'refused',
    `might get another image with a new deployment: ${image} of container ${container} cannot be verified, because ${check.why}. Name it by digest, or set image: ${check.running === null ? 'ignore' : 'pin'}.`,
  );
}
