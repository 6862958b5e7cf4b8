import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { emptyTally, sum, type Failure, type ProjectTallies, type Tally } from './tally.js';

/** The environment variable that names the file to write. */
export const tallyFileVariable = 'TFJS_HEADS_TALLY_FILE';

/** What the file holds. */
export interface TallyFile {
  readonly tallies: ProjectTallies;
  readonly failures: readonly Failure[];
}

/** A reporter for vitest that writes the tally of each project, and what failed, to a file. */
// oxlint-disable-next-line import/no-default-export -- vitest loads the default export.
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tallies: Record<string, Tally> = {};
    if (errors.length > 0) tallies['outside any test'] = { ...emptyTally, failed: errors.length };
    for (const module of modules) {
      const { name } = module.project;
      tallies[name] = sum([tallies[name] ?? emptyTally, tallyOf(module)]);
    }
    const failures = [...errors.map(outsideAnyTest), ...modules.flatMap(failuresOf)];
    const path = process.env[tallyFileVariable];
    if (path) writeFileSync(path, JSON.stringify({ tallies, failures } satisfies TallyFile));
  }
}

function tallyOf(module: TestModule): Tally {
  const tests = [...module.children.allTests()];
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
  const failed = tests.filter(hasFailed).length;
  // A file can fail without one of its tests: where it does not load, or its backend does not start.
  const brokenFile = module.state() === 'failed' && failed === 0 ? 1 : 0;
  return { passed: count('passed'), failed: failed + brokenFile, skipped: count('skipped') };
}

/** A test that is still pending never finished: its browser or its worker died. */
function hasFailed(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'failed' || state === 'pending';
}

function failuresOf(module: TestModule): Failure[] {
  const file = `${module.project.name} ${module.relativeModuleId}`;
  const failureOf = (test: TestCase): Failure => ({
    test: `${file} > ${test.fullName}`,
    message: test.result().errors?.[0]?.message ?? 'It never ended.',
  });
  const tests = [...module.children.allTests()];
  return [
    ...module.errors().map(({ message }) => ({ test: file, message })),
    ...tests.filter(hasFailed).map(failureOf),
    ...tests
      .filter((test) => test.diagnostic()?.flaky)
      .map((test) => ({ ...failureOf(test), hasPassed: true as const })),
  ];
}

function outsideAnyTest(error: unknown): Failure {
  const { message } = error as { readonly message?: unknown };
  return { test: 'outside any test', message: String(message ?? error) };
}
