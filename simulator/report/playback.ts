/** What the page's script (hover.js) needs to explain a time. */
export interface Playback {
  readonly startsAt: number;
  /** Of the times below, which count from the start. */
  readonly unitMs: number;
  readonly plots: Readonly<Record<string, PlotPlayback>>;
}

export interface PlotPlayback {
  readonly title: string;
  readonly readings: readonly Reading[];
  /** 1 where something is lacking: the readings are then told as a warning. */
  readonly lacking?: Kept<0 | 1>;
  readonly notes: readonly Note[];
}

/** A value of a curve in words: `{} tasks serve`. */
export interface Reading {
  readonly text: string;
  /** For the value 1. */
  readonly one?: string;
  /** Where nothing is known. */
  readonly none?: string;
  readonly points: Kept<number | string | null>;
}

/** Where it changes. */
export type Kept<Value> = readonly (readonly [at: number, value: Value])[];

/** A decision: what was decided by which reason, in full, and the capability if the page has several. */
export type Note = readonly [at: number, head: string, sentence: string, capability?: string];
