import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, makeFolder } from '../native/cache.mjs';
import { Problem } from '../native/problem.mjs';
import { run } from '../native/run.mjs';

const requirements = join(import.meta.dirname, 'requirements.txt');
/** The oldest that this Spark runs on. */
const [JAVA, PYTHON] = [17, '3.10'];

/**
 * The Python of an environment of its own that has pyspark; made in the cache if it is not there.
 *
 * @throws Problem where this machine has no such Java or Python, or pip cannot install pyspark
 */
export async function ensureSpark(log: (line: string) => void): Promise<string> {
  checkJava();
  const folder = await makeFolder(environment(), async (unfinished) => {
    log(`installing pyspark (700 MB) into ${cacheFolder()}`);
    await demand(
      'python3',
      ['-c', `import sys; assert sys.version_info >= (${PYTHON.replace('.', ', ')})`],
      `Put Python ${PYTHON} or later on the PATH.`,
    );
    await demand(
      'python3',
      ['-m', 'venv', unfinished],
      'Install its module venv (Debian: apt-get install python3-venv).',
    );
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'];
    await demand(
      join(unfinished, 'bin/python'),
      [...pip, '--requirement', requirements],
      'Check that this machine reaches a Python package index (pip config list).',
    );
  });
  return join(folder, 'bin/python');
}

/** Why there is no Spark yet, where that is so; else its Python. */
export function sparkIfMade(): { readonly python: string } | { readonly reason: string } {
  const python = join(environment(), 'bin/python');
  if (!existsSync(python)) return { reason: 'there is no pyspark: npm run spark installs it' };
  try {
    checkJava();
    return { python };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

function environment(): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return join(cacheFolder(), `spark-${hash}`);
}

function checkJava(): void {
  const home = process.env['JAVA_HOME'];
  const java = home === undefined ? 'java' : join(home, 'bin/java');
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = /version "(\d+)/.exec(stderr ?? '')?.[1];
  if (error === undefined && Number(version) >= JAVA) return;
  throw new Problem(
    `Spark needs Java ${JAVA} or later, and ${java} is ${version === undefined ? 'not there' : `Java ${version}`}.`,
    `Install it (Debian: apt-get install openjdk-${JAVA}-jre-headless), or set JAVA_HOME.`,
  );
}

async function demand(command: string, args: string[], remedy: string): Promise<void> {
  const { status, output } = await run(command, args).catch((error: unknown) => ({ status: 1, output: String(error) }));
  if (status === 0) return;
  throw new Problem(
    `${command} ${args.slice(0, 3).join(' ')} failed:\n    ${output.trim().split('\n').slice(-5).join('\n    ')}`,
    remedy,
  );
}
