import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ConformanceReport } from '@tfjs-heads/backend-conformance';

const repository: string = join(import.meta.dirname, '..', '..', '..');

/** An empty folder outside the repository, or its node_modules would lend what an example forgot to declare. */
export function emptyFolder(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
}

/** The commands of an example's README, line by line. */
export function commandsOf(name: string): readonly string[] {
  const readme = readFileSync(join(repository, 'packages', 'examples', name, 'README.md'), 'utf8');
  const [block = ''] = /(?<=```sh\n)[^]*?(?=\n```)/.exec(readme) ?? [];
  return block.split('\n');
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

/** The report that the commands left. */
export function reportIn(folder: string): ConformanceReport {
  return JSON.parse(readFileSync(join(folder, 'report', 'results.json'), 'utf8')) as ConformanceReport;
}

/** As in a shell of one's own: without what npm and vitest tell the programs that they start. */
export function plainEnvironment(): { env: Record<string, string | undefined>; extendEnv: false } {
  const theirs = /^(npm_(?!config_)|npm_config_local_prefix$|INIT_CWD$|VITEST|NODE_ENV$|TEST$|MODE$|DEV$|PROD$)/;
  return {
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !theirs.test(name))),
    extendEnv: false,
  };
}
