/** One measured figure. Bounds are those that the project promises; without one it is only reported. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** It depends on how busy the machine is. */
  readonly noisy?: true;
  /** How it was measured, or what it is made of. */
  readonly note?: string;
}

export const holds = ({ value, atMost, atLeast }: Figure): boolean =>
  (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
