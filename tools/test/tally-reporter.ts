import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { emptyTally, sum, type ProjectTallies, type Tally } from './tally.js';

/** The environment variable that names the file to write. */
export const tallyFileVariable = 'TFJS_HEADS_TALLY_FILE';

/** A reporter for vitest that writes the tally of each project to a file. */
// oxlint-disable-next-line import/no-default-export -- vitest loads the default export.
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tallies: Record<string, Tally> = {};
    if (errors.length > 0) tallies['outside any test'] = { ...emptyTally, failed: errors.length };
    for (const module of modules) {
      const { name } = module.project;
      tallies[name] = sum([tallies[name] ?? emptyTally, tallyOf(module)]);
    }
    const path = process.env[tallyFileVariable];
    if (path) writeFileSync(path, JSON.stringify(tallies satisfies ProjectTallies));
  }
}

function tallyOf(module: TestModule): Tally {
  const states = [...module.children.allTests()].map((test) => test.result().state);
  const count = (state: string): number => states.filter((other) => other === state).length;
  // A test that is still pending never finished: its browser or its worker died.
  const failed = count('failed') + count('pending');
  // A file can fail without one of its tests: where it does not load, or its backend does not start.
  const brokenFile = module.state() === 'failed' && failed === 0 ? 1 : 0;
  return { passed: count('passed'), failed: failed + brokenFile, skipped: count('skipped') };
}
