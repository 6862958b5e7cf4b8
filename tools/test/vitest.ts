import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readJson, root } from '../workspace.js';
import { tallyFileVariable, type TallyFile } from './tally-reporter.js';

export interface VitestRun extends Partial<TallyFile> {
  readonly exitCode: number;
}

export interface VitestOptions {
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it may write where it likes on a terminal, as nothing else prints there. Default: yes. */
  readonly isAlone?: boolean;
}

/** Runs vitest with its output shown. Tallies and failures are missing when vitest did not come to its end. */
export async function runVitest(
  args: readonly string[],
  { env = {}, isAlone = true }: VitestOptions = {},
): Promise<VitestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-tally-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const reporters = ['--reporter=default', '--reporter=./tools/test/tally-reporter.ts'];
    const { exitCode } = await execa('vitest', ['run', ...reporters, ...args], {
      cwd: root,
      preferLocal: true,
      reject: false,
      stdin: 'inherit',
      stdout: isAlone ? 'inherit' : ['inherit', 'pipe'],
      stderr: isAlone ? 'inherit' : ['inherit', 'pipe'],
      buffer: false,
      env: { ...env, [tallyFileVariable]: tallyFile },
    });
    return { exitCode: exitCode ?? 1, ...(existsSync(tallyFile) ? readJson<TallyFile>(tallyFile) : {}) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
