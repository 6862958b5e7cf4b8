// Builds a program with each bundler, from the packages as they would be published, in a folder where nothing else is
// installed, and runs it in Chromium. Arguments are parts of the names of the cases to run.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from '../check-packages/install.js';
import { pack } from '../check-packages/pack.js';
import { readJson, workspacePackages } from '../workspace.js';
import { cases, type Case } from './cases.js';
import { launch, runProgram } from './in-chromium.js';
import { jestProblem } from './jest.js';

const template = join(import.meta.dirname, 'app');
const expected = readFileSync(join(template, 'expected.txt'), 'utf8').trim();
// The last two are what Parcel puts in place of Node's; it would install them itself.
const companions = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  'buffer@6.0.3',
  'process@0.11.10',
];
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((part) => name.includes(part));

// Outside the repository, or its node_modules would lend what a package forgot to declare.
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'check-bundlers-')));
const app = join(scratch, 'page');
const browser = await launch();
const problems: string[] = [];
try {
  const names = new Set(
    [
      'head-api',
      'reference',
      'head-kit',
      'head-regression',
      'head-classification',
      'optimizers',
      'tracing',
      'estimator',
      'backends',
    ].map((name) => `@tfjs-heads/${name}`),
  );
  const tarballs = await pack(
    workspacePackages().filter(({ manifest }) => names.has(manifest.name)),
    scratch,
  );
  await install(tarballs, companions, scratch);
  writeFileSync(
    join(scratch, 'package.json'),
    JSON.stringify({ ...readJson<object>(join(scratch, 'package.json')), workspaces: ['page'] }),
  );
  cpSync(template, app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }');
  for (const bundle of cases) if (isWanted(bundle.name)) await check(bundle.name, () => browserProblem(bundle));
  if (isWanted('jest')) await check('jest', () => jestProblem(app));
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

problems.forEach((problem) => console.error(`check-bundlers: ${problem}`));
if (problems.length > 0) process.exitCode = 1;

async function check(name: string, run: () => Promise<string | undefined>): Promise<void> {
  const start = performance.now();
  const problem = await run().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (problem !== undefined) problems.push(`${name}: ${problem}`);
  console.log(`${problem === undefined ? '✓' : '✗'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

async function browserProblem({ start, options = {}, problem }: Case): Promise<string | undefined> {
  const site = await start(app);
  try {
    const outcome = await runProgram(browser, site.url, options);
    if (problem !== undefined) return problem(outcome);
    if (outcome.lines.join('\n') !== expected) return `printed ${JSON.stringify(outcome)}`;
    const sent = site.binaries?.length ?? 1;
    return sent === 1 ? undefined : `${sent} binaries were sent: ${site.binaries?.join(', ')}`;
  } finally {
    await site.close();
  }
}
