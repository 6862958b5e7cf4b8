// Records what the original makes of feature columns, and how its estimators train, for the tests of packages/estimator; with --check,
// compares with what was recorded.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../../native/problem.mjs';
import { root } from '../../workspace.js';
import { formatJson } from '../json.js';
import { ensurePython } from '../original/python.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const committed = join(root, 'packages/estimator/test/original.json');
const folder = mkdtempSync(join(tmpdir(), 'estimators-'));

try {
  const python = await ensurePython((line) => console.log(`goldens: ${line}`));
  const recorded = join(folder, 'original.json');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' };
  const { status } = spawnSync(python, [join(import.meta.dirname, 'record.py'), recorded], { stdio: 'inherit', env });
  if (status !== 0) throw new Problem('TensorFlow recorded nothing.', 'See what it said above.');
  const text = formatJson(JSON.parse(readFileSync(recorded, 'utf8')));
  if (!values.check) writeFileSync(committed, text);
  else if (readFileSync(committed, 'utf8') !== text)
    throw new Problem(
      'TensorFlow does something else than was recorded.',
      'Run npm run goldens:estimators, and look at the diff.',
    );
  else console.log('goldens: the estimators of TensorFlow do what was recorded');
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`goldens: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
