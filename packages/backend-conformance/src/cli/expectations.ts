import { readFile } from 'node:fs/promises';
import { checkExpectationFile, type Expectation, type ExpectationFile } from '@tfjs-heads/conformance-kit/host';
import { orUsageError } from './usage-error.js';

/**
 * Reads the files of `--expectations`.
 *
 * @throws UsageError where one is missing or not of the form
 */
export function readExpectations(paths: readonly string[]): Promise<readonly ExpectationFile[]> {
  return Promise.all(
    paths.map((path) =>
      orUsageError(
        async () => checkExpectationFile(JSON.parse(await readFile(path, 'utf8')), path),
        (reason) => `--expectations: ${reason.includes(path) ? reason : `${path}: ${reason}`}`,
      ),
    ),
  );
}

/** Those of one backend. */
export function expectationsFor(backend: string, files: readonly ExpectationFile[]): readonly Expectation[] {
  return files.filter((file) => file.backend === backend).flatMap(({ expectations }) => expectations);
}
