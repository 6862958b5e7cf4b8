// Replays the goldens on the original heads of tf.estimator, and writes what it saw beside them and into the README.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../../native/problem.mjs';
import { root } from '../../workspace.js';
import { ensurePython } from './python.js';
import { withSection } from './section.js';
import { problemsOf, readSummary, summaryPath } from './summary.js';
import { goldenFolders } from '../files.js';

const usage = `Usage: npm run goldens:original -- [--check | --test]

Replays packages/*/goldens on the original heads, with Python in a virtual environment of its own, which is
kept in $TFJS_HEADS_CACHE, or $XDG_CACHE_HOME/tfjs-heads, or ~/.cache/tfjs-heads.
  --check  runs no Python: says whether the goldens are those that were replayed last
  --test   tests the replay itself`;

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, test: { type: 'boolean' }, help: { type: 'boolean' } },
});
const conformance = join(root, 'packages/backend-conformance');

if (values.help) {
  console.log(usage);
} else if (values.check) {
  report();
} else {
  try {
    const python = await ensurePython((line) => console.log(`goldens: ${line}`));
    if (values.test) process.exitCode = runPython(python, import.meta.dirname, '-m', 'unittest', 'test_replay');
    else replay(python);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`goldens: ${error.message}`);
    process.exitCode = 1;
  }
}

function replay(python: string): void {
  const program = join(import.meta.dirname, 'replay.py');
  process.exitCode = runPython(python, root, program, ...goldenFolders(root), '--summary', summaryPath(root));
  if (process.exitCode !== 0) return;
  const readme = join(conformance, 'README.md');
  writeFileSync(readme, withSection(readFileSync(readme, 'utf8'), readSummary(root)));
  report();
}

function report(): void {
  const problems = problemsOf(root);
  for (const problem of problems) console.error(`goldens: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('goldens: the original heads agree with them');
}

function runPython(python: string, cwd: string, ...args: string[]): number {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' };
  return spawnSync(python, args, { cwd, stdio: 'inherit', env }).status ?? 1;
}
