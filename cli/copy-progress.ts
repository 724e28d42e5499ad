import { SingleBar } from 'cli-progress';
import type { CopyProgress } from '../lib/retagging/copy.ts';
import { sizeInWords } from '../lib/retagging/copy-plan.ts';

export interface CopyProgressBar {
  readonly update: (progress: CopyProgress) => void;
  readonly stop: () => void;
}

/** How much of a digest tells layers apart, without its `sha256:`. */
const SHORT = 12;

/**
 * How far the copy of an image is, in bytes and with the layer that moves. It shows nothing until bytes do, and nothing
 * at all where the stream is no terminal.
 * @param stream the error stream, so that the output stays for scripts
 */
export function createCopyProgress(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
): CopyProgressBar {
  const bar = new SingleBar({
    format: 'Copying [{bar}] {percentage} % of {size}, layer {layer}',
    stream,
    hideCursor: true,
    clearOnComplete: true,
  });
  let shown = false;
  return {
    update({ done, bytes, layer }) {
      // cli-progress draws nothing without a terminal either, but then it still keeps a timer.
      if (!stream.isTTY) return;
      const payload = {
        size: sizeInWords(bytes),
        layer: layer.slice(layer.indexOf(':') + 1).slice(0, SHORT),
      };
      if (!shown) bar.start(bytes, done, payload);
      else bar.update(done, payload);
      shown = true;
    },
    stop() {
      if (shown) bar.stop();
    },
  };
}
