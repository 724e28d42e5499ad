import { escapeHtml } from '../html.ts';

/**
 * As many services as there are colours that people with any colour vision tell apart: Paul Tol's "light" scheme, which is
 * made for cells with dark labels (personal.sron.nl/~pault, "Qualitative colour schemes"). In packing.css.
 */
const COLORS = 8;

export interface Palette {
  /** The class of a service's blocks. */
  readonly classOf: (name: string, isDaemon: boolean) => string;
  /** For gradients: the CSS variable of its colour. */
  readonly colorOf: (name: string, isDaemon: boolean) => string;
  /** HTML. */
  readonly legend: string;
}

/** `services`: those that reserve most first, which get the colours. */
export function paletteOf(services: readonly string[], hasDaemons: boolean): Palette {
  const colored = new Map(services.slice(0, COLORS).map((name, at) => [name, `c${at}`]));
  const classOf = (name: string, isDaemon: boolean) => (isDaemon ? 'daemon' : (colored.get(name) ?? 'other'));
  const key = (kind: string, name: string) => `<span class="key ${kind}">${escapeHtml(name)}</span>`;
  const others = services.length - colored.size;
  const keys = [
    ...[...colored].map(([name, kind]) => key(kind, name)),
    ...(others > 0 ? [key('other', `${others} other ${others === 1 ? 'service' : 'services'}`)] : []),
    ...(hasDaemons ? [key('daemon', 'daemons')] : []),
  ];
  return {
    classOf,
    colorOf: (name, isDaemon) => `var(--${classOf(name, isDaemon)})`,
    legend: keys.join(' '),
  };
}
