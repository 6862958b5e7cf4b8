// Runs the packages as they would be published with the oldest tfjs that they say they work with, in a folder where
// nothing else is installed: the suite on the backends that Node has in any case, and a program that trains a step.
// The newest is what everything else runs with.
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { install } from '../check-packages/install.js';
import { pack } from '../check-packages/pack.js';
import { root, workspacePackages } from '../workspace.js';
import { oldest } from './oldest.js';

const program = join(root, 'tools', 'check-bundlers', 'app');
const published = workspacePackages().filter(({ manifest }) => !manifest.private);
const version = oldest(published.map(({ manifest }) => manifest));
const tfjs = ['core', 'backend-cpu', 'backend-wasm', 'layers'].map((name) => `@tensorflow/tfjs-${name}@${version}`);

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'check-tfjs-')));
try {
  await install(await pack(published, scratch), tfjs, scratch);
  copyFileSync(join(program, 'program.js'), join(scratch, 'program.js'));
  writeFileSync(
    join(scratch, 'main.js'),
    "import { program } from './program.js';\nconsole.log((await program()).lines.join('\\n'));\n",
  );
  const { stdout } = await execa('node', ['main.js'], { cwd: scratch });
  const expected = readFileSync(join(program, 'expected.txt'), 'utf8').trim();
  if (stdout !== expected) throw new Error(`the program printed\n${stdout}\ninstead of\n${expected}`);
  const backends = 'cpu,wasm';
  const args = ['--backend', backends, '--require', backends, '--out', join(scratch, 'report')];
  const suite = await execa('backend-conformance', args, {
    cwd: scratch,
    preferLocal: true,
    localDir: scratch,
    all: true,
  });
  console.log(`check-tfjs: ${version}: ${suite.all.trim().split('\n').at(-1)}`);
} catch (error) {
  console.error(`check-tfjs: ${version}: ${(error as { all?: string }).all ?? (error as Error).message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}
