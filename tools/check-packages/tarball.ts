import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from '../workspace.js';
import { linkProblems } from './links.js';
import type { Tarball } from './pack.js';

/** Says what is wrong with a tarball: files it lacks, and what publint and arethetypeswrong find. */
export async function tarballProblems(tarball: Tarball): Promise<readonly string[]> {
  const read = (path: string): string => readFileSync(join(tarball.folder, path), 'utf8');
  const problems = [
    ...missingFiles(tarball),
    ...linkProblems(tarball.files, read),
    ...(await publintProblems(tarball)),
    ...(await typesProblems(tarball)),
  ];
  return problems.map((problem) => `${tarball.name}: ${problem}`);
}

/** npm leaves out without a word what is not there. */
function missingFiles({ files, promised }: Tarball): readonly string[] {
  return ['README.md', 'CHANGELOG.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts', ...promised]
    .filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)))
    .map((path) => `${path} is not in the tarball`);
}

async function publintProblems({ path }: Tarball): Promise<readonly string[]> {
  const bytes = readFileSync(path);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);
}

async function typesProblems({ path }: Tarball): Promise<readonly string[]> {
  const args = [path, '--ignore-rules', 'cjs-resolves-to-esm', '--format', 'ascii', '--no-emoji', '--no-color'];
  const { failed, all } = await execa('attw', args, { cwd: root, preferLocal: true, reject: false, all: true });
  return failed ? [`arethetypeswrong:\n${all}`] : [];
}
