import type { CopyProgress } from '../lib/retagging/copy.ts';
import { sizeInWords } from '../lib/retagging/copy-plan.ts';
import type { Account } from './account.ts';
import { createProgress } from './progress.ts';

/** How much of a digest tells layers apart, without its `sha256:`. */
const SHORT = 12;

/** How far the copy of an image is, in bytes and with the layer that moves. It shows nothing until bytes do. */
export function createCopyProgress(stream: Account['stderr']) {
  const figures = '{percentage} % of {size}, layer {layer}';
  const { update, stop } = createProgress('Copying', { stream, figures, after: 0 });
  return {
    update({ done, bytes, layer }: CopyProgress) {
      const short = layer.slice(layer.indexOf(':') + 1).slice(0, SHORT);
      update(done, bytes, { size: sizeInWords(bytes), layer: short });
    },
    stop,
  };
}
