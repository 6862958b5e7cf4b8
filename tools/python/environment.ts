import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, makeFolder } from '../native/cache.mjs';
import { PYTHON } from '../native/flavours.mjs';
import { Problem } from '../native/problem.mjs';
import { run } from '../native/run.mjs';

/** A virtual environment of Python, kept in the cache under a name that says which requirements it has. */
export interface PythonEnvironment {
  readonly name: string;
  /** The path of a `requirements.txt`. */
  readonly requirements: string;
  /** What is installed, such as `TensorFlow (1 GB)`. */
  readonly content: string;
}

/**
 * The Python of an environment; it is made if it is not there.
 *
 * @throws Problem when this machine has no Python 3.11, or pip cannot install the requirements
 */
export async function ensureEnvironment(environment: PythonEnvironment, log: (line: string) => void): Promise<string> {
  const cache = cacheFolder();
  const { requirements, content } = environment;
  const folder = await makeFolder(folderOf(environment), async (unfinished) => {
    const python = findPython();
    log(`installing ${content} with ${python}, to ${cache}`);
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

/** The Python of an environment where it has been made already. */
export function environmentIfMade(environment: PythonEnvironment): string | undefined {
  const python = join(folderOf(environment), 'bin/python');
  return existsSync(python) ? python : undefined;
}

function folderOf({ name, requirements }: PythonEnvironment): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return join(cacheFolder(), `${name}-${hash}`);
}

function findPython(): string {
  const names = [`python${PYTHON}`, 'python3', 'python'];
  const found = names.find((name) => versionOf(name)?.startsWith(`Python ${PYTHON}.`));
  if (found !== undefined) return found;
  throw new Problem(
    `None of ${names.join(', ')} is Python ${PYTHON}, which the programs in Python are tested with.`,
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
