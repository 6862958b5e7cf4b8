import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, makeFolder } from '../../native/cache.mjs';
import { PYTHON } from '../../native/flavours.mjs';
import { Problem } from '../../native/problem.mjs';
import { run } from '../../native/run.mjs';

const requirements = join(import.meta.dirname, 'requirements.txt');

/**
 * The Python of a virtual environment that has the requirements; made in the cache if it is not there.
 *
 * @throws Problem when this machine has no Python 3.11, or pip cannot install the requirements
 */
export async function ensurePython(log: (line: string) => void): Promise<string> {
  const cache = cacheFolder();
  const folder = await makeFolder(environment(), async (unfinished) => {
    const python = findPython();
    log(`installing TensorFlow and its estimators (1.3 GB) with ${python}, to ${cache}`);
    await demand(
      python,
      ['-m', 'venv', unfinished],
      `Install its module venv (Debian: apt-get install python${PYTHON}-venv).`,
    );
    // Where somebody without network may have put wheels, and tools/native keeps one for a while.
    const wheels = join(cache, 'wheels');
    await demand(
      join(unfinished, 'bin/python'),
      [
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--no-input',
        '--quiet',
        '--find-links',
        wheels,
        '--requirement',
        requirements,
      ],
      `Check that this machine reaches a Python package index (pip config list), or put the wheels of ${requirements} into ${wheels}.`,
    );
  });
  return join(folder, 'bin/python');
}

/** The Python of that environment where it has been made already. */
export function pythonIfMade(): string | undefined {
  const python = join(environment(), 'bin/python');
  return existsSync(python) ? python : undefined;
}

function environment(): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return join(cacheFolder(), `original-${hash}`);
}

function findPython(): string {
  const names = [`python${PYTHON}`, 'python3', 'python'];
  const found = names.find((name) => versionOf(name)?.startsWith(`Python ${PYTHON}.`));
  if (found !== undefined) return found;
  throw new Problem(
    `None of ${names.join(', ')} is Python ${PYTHON}, the last that the original heads run on.`,
    `Install it (Debian: apt-get install python${PYTHON} python${PYTHON}-venv; elsewhere: pyenv install ${PYTHON}) and put it on the PATH.`,
  );
}

function versionOf(python: string): string | undefined {
  try {
    return execFileSync(python, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

async function demand(command: string, args: string[], remedy: string): Promise<void> {
  const { status, output } = await run(command, args);
  if (status === 0) return;
  throw new Problem(
    `${command} ${args.slice(0, 3).join(' ')} failed:\n    ${output.trim().split('\n').slice(-5).join('\n    ')}`,
    remedy,
  );
}
