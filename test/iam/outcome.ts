/** What was checked, and what did not hold. */
export interface Outcome {
  passed: number;
  readonly failures: string[];
}

export function check(outcome: Outcome, holds: boolean, failure: () => string): void {
  if (holds) outcome.passed += 1;
  else outcome.failures.push(failure());
}
