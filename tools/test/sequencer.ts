import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that wait for minutes, for browsers or installs, while others could compute. Begun last, they would be waited for alone. */
const PATIENT = /\/(hostile-chromium|custom-head|hostile|cli-interrupt)\.node-test\.ts$/;

/** vitest's order, but that the tests that wait come first. */
export class PatientFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files); // oxlint-disable-line unicorn/no-array-sort -- It is vitest's, of no array.
    const isPatient = ({ moduleId }: TestSpecification): boolean => PATIENT.test(moduleId);
    return [...sorted.filter(isPatient), ...sorted.filter((file) => !isPatient(file))];
  }
}
