import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { BackendRun, ConformanceReport } from '@tfjs-heads/backend-conformance';

const repository: string = join(import.meta.dirname, '..', '..', '..');

/** An empty folder outside the repository, or its node_modules would lend what an example forgot to declare. */
export function emptyFolder(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
}

/** The commands of an example's README, line by line, in two blocks: how to begin, and how to go on in other browsers. */
export function commandsOf(name: string): {
  readonly begin: readonly string[];
  readonly inBrowsers: readonly string[];
} {
  const readme = readFileSync(join(repository, 'packages', 'examples', name, 'README.md'), 'utf8');
  const [begin = [], inBrowsers = []] = [...readme.matchAll(/```sh\n([^]*?)\n```/g)].map(([, block]) =>
    String(block).split('\n'),
  );
  return { begin, inBrowsers };
}

/** Types commands in a folder, one after another; the repository is where the README says that the reader has it. */
export async function type(commands: readonly string[], folder: string): Promise<void> {
  for (const command of commands) {
    const typed = command.replace('~/tfjs-heads', repository);
    const { exitCode, all } = await execa('bash', ['-c', typed], {
      cwd: folder,
      reject: false,
      all: true,
      ...plainEnvironment(),
    });
    if (exitCode !== 0) throw new Error(`${typed} ended with exit code ${exitCode}:\n${all}`);
  }
}

/** The commands with a query behind the last of them, which certifies: all cases on GPUs in software take minutes. */
export function filtered(commands: readonly string[], query: string): readonly string[] {
  return [...commands.slice(0, -1), `${commands.at(-1)} --filter '${query}'`];
}

/**
 * Types the commands for other browsers.
 *
 * @param filter A query that is put behind the last of them.
 * @returns What ran in the browsers that are here, and what is missing for the others
 */
export async function typeInBrowsers(
  [install = '', certify = '']: readonly string[],
  folder: string,
  filter: string,
): Promise<{ readonly runs: readonly BackendRun[]; readonly missing: readonly string[] }> {
  // It fails also where no browser is here.
  await type([install, `${certify} --filter '${filter}' || [ -f report-engines/results.json ]`], folder);
  const { runs } = reportIn(folder, 'report-engines');
  const missing = runs.flatMap(({ unavailable }) => unavailable ?? []);
  // Whatever else is missing, such as a package, the README should have said.
  for (const what of missing) expect(what).toMatch(/(driver|Firefox) was not found|no Xvfb/i);
  return { runs: runs.filter(({ unavailable }) => unavailable === undefined), missing };
}

/** The report that the commands left. */
export function reportIn(folder: string, name = 'report'): ConformanceReport {
  return JSON.parse(readFileSync(join(folder, name, 'results.json'), 'utf8')) as ConformanceReport;
}

/** As in a shell of one's own: without what npm and vitest tell the programs that they start. */
export function plainEnvironment(): { env: Record<string, string | undefined>; extendEnv: false } {
  const theirs = /^(npm_(?!config_)|npm_config_local_prefix$|INIT_CWD$|VITEST|NODE_ENV$|TEST$|MODE$|DEV$|PROD$)/;
  return {
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !theirs.test(name))),
    extendEnv: false,
  };
}
