/** How many tests came out how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The tally of each vitest project, by its name. */
export type ProjectTallies = Readonly<Record<string, Tally>>;

/** A test or a step that failed, for the list at the very end: what is printed before that may be cut off. */
export interface Failure {
  /** Project, file and name of the test, or the name of the step. */
  readonly test: string;
  /** Its first error, or the end of what it printed. */
  readonly message: string;
  /** The test has passed at its second try. */
  readonly hasPassed?: true;
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0 };

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (total, tally) => ({
      passed: total.passed + tally.passed,
      failed: total.failed + tally.failed,
      skipped: total.skipped + tally.skipped,
    }),
    emptyTally,
  );
}
