/** What a repair found and did. */
export interface RepairReport {
  /** The repair's file name, which says what it cures. */
  readonly repair: string;
  /** Where tfjs has it on record; undefined when no report was found. */
  readonly issue: string | undefined;
  readonly outcome: 'applied' | 'not needed' | 'impossible';
  /** What was probed and what was done, in a sentence. */
  readonly detail: string;
}

/** A repair looks at the current backend, and leaves everything alone where its defect is absent. */
export type Repair = () => Promise<RepairReport>;

const issues = 'https://github.com/tensorflow/tfjs/issues/';

/** Makes the three possible reports of one repair. */
export function reporter(
  repair: string,
  issue: number | undefined,
): Readonly<Record<'applied' | 'notNeeded' | 'impossible', (detail: string) => RepairReport>> {
  const report =
    (outcome: RepairReport['outcome']) =>
    (detail: string): RepairReport => ({
      repair,
      issue: issue === undefined ? undefined : `${issues}${issue}`,
      outcome,
      detail,
    });
  return { applied: report('applied'), notNeeded: report('not needed'), impossible: report('impossible') };
}
