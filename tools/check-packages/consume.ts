import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { build } from 'vite';
import { install } from './install.js';
import type { Tarball } from './pack.js';

const template = join(import.meta.dirname, 'consumer');
// The second compiler is the last that resolves as programs of CommonJS did by default.
const companions = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-cpu',
  'typescript',
  'typescript5@npm:typescript@5.9.3',
  'vitest',
];

/**
 * Uses the packages as a stranger would: installs the tarballs in an empty folder, compiles a
 * program and a test file there, and runs the program under plain Node and again from a bundle. A second
 * program is CommonJS, for which TypeScript reads no `exports`.
 */
export async function consumerProblems(tarballs: readonly Tarball[], folder: string): Promise<readonly string[]> {
  cpSync(template, folder, { recursive: true });
  await install(tarballs, companions, folder);
  const typeErrors = [
    ...(await compile(folder, 'typescript', '.')),
    ...(await compile(folder, 'typescript5', 'commonjs')),
  ];
  const expected = readFileSync(join(template, 'expected.txt'), 'utf8');
  return [
    ...typeErrors.map((error) => `the consumer does not compile: ${error}`),
    ...outputProblem('under plain Node', await output(join(folder, 'consumer.js')), expected),
    ...outputProblem('from a bundle', await output(await bundle(folder)), expected),
    ...outputProblem(
      'as CommonJS',
      await output(join(folder, 'commonjs', 'program.js')),
      readFileSync(join(template, 'commonjs', 'expected.txt'), 'utf8'),
    ),
  ];
}

function outputProblem(how: string, printed: string, expected: string): readonly string[] {
  return printed === expected ? [] : [`the consumer, run ${how}, printed\n${printed}instead of\n${expected}`];
}

/**
 * Compiles with every check on, those of declarations too, and returns the errors in the program
 * and in our packages. The declarations of tfjs-core clash with the DOM's own of WebGPU, which is
 * nothing that we could mend.
 */
async function compile(folder: string, compiler: string, project: string): Promise<readonly string[]> {
  const tsc = join('node_modules', compiler, 'bin', 'tsc');
  const { stdout } = await execa('node', [tsc, '--project', project, '--pretty', 'false'], {
    cwd: folder,
    reject: false,
  });
  const isForeign = /^node_modules\/(?!@tfjs-heads\/)/;
  return stdout.split('\n').filter((line) => line.includes('error TS') && !isForeign.test(line));
}

/** Bundles the compiled program with all it imports into a folder where nothing is installed. */
async function bundle(folder: string): Promise<string> {
  const outDir = join(folder, '..', `${basename(folder)}-bundle`);
  mkdirSync(outDir);
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
  await build({
    configFile: false,
    logLevel: 'error',
    root: folder,
    build: { ssr: 'consumer.js', outDir, emptyOutDir: false, minify: true },
    ssr: { noExternal: true },
  });
  return join(outDir, 'consumer.js');
}

/** What a program prints; with an error, all of it. */
async function output(program: string): Promise<string> {
  const { failed, stdout, all } = await execa('node', [program], { reject: false, all: true });
  return `${failed ? all : stdout}\n`;
}
