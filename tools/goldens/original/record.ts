import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../../native/problem.mjs';
import { root } from '../../workspace.js';
import { differenceOf } from '../difference.js';
import { formatJson } from '../json.js';
import { ensurePython } from './python.js';

/** What a program in Python records of the original. */
export interface Recording {
  /** Of what, for the messages. */
  readonly what: string;
  /** The program, which is told where to write JSON. */
  readonly program: string;
  /** The file that has what was recorded, from the root of the repository. */
  readonly committed: string;
  /** How far another machine's numbers may be from them, relative to those above 1. */
  readonly bound: number;
  /** The npm script that records it. */
  readonly script: string;
}

/** Records anew or, with `--check`, compares with what was recorded. What goes wrong is said, and in the exit code. */
export async function record({ what, program, committed, bound, script }: Recording): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const target = join(root, committed);
  const folder = mkdtempSync(join(tmpdir(), `${what}-`));
  try {
    const python = await ensurePython((line) => console.log(`goldens: ${line}`));
    const recorded = join(folder, 'original.json');
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' };
    const { status } = spawnSync(python, [program, recorded], { stdio: 'inherit', env });
    if (status !== 0) throw new Problem('TensorFlow recorded nothing.', 'See what it said above.');
    const found: unknown = JSON.parse(readFileSync(recorded, 'utf8'));
    const difference = values.check
      ? differenceOf(JSON.parse(readFileSync(target, 'utf8')), found, '', bound)
      : undefined;
    if (!values.check) writeFileSync(target, formatJson(found));
    else if (difference !== undefined)
      throw new Problem(
        `TensorFlow does something else than was recorded: ${difference}.`,
        `Run npm run ${script}, and look at the diff.`,
      );
    else console.log(`goldens: the ${what} of TensorFlow do what was recorded`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`goldens: ${error.message}`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
