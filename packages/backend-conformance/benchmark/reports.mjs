// How long `merge` takes for reports of many results, and how much memory: node benchmark/reports.mjs [results...], after a build.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { inShard, queryOf } from '@tfjs-heads/conformance-kit/host';
import { toJson } from '../dist/report/json.js';
import { reportOfOne } from '../dist/report/one-part.js';
import { selectionOf } from '../dist/selection.js';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const targets = ['cpu', 'wasm'];
const SHARDS = 2;

for (const count of process.argv
  .slice(2)
  .map(Number)
  .concat(process.argv.length > 2 ? [] : [100_000, 1_000_000])) {
  const folder = await mkdtemp(join(tmpdir(), 'reports-'));
  const files = await Promise.all(
    Array.from({ length: SHARDS }, (_, i) => write(folder, count, { index: i + 1, count: SHARDS })),
  );
  const { seconds, memory } = await measured(['merge', ...files, '--out', folder, '--quiet']);
  const sizes = await Promise.all(
    ['results.json', 'junit.xml', 'report.html'].map(
      async (name) => `${name} ${mega((await stat(join(folder, name))).size)}`,
    ),
  );
  console.log(
    `${count.toLocaleString('en')} results: ${seconds.toFixed(1)} s, ${mega(memory)} of memory; ${sizes.join(', ')}`,
  );
  await rm(folder, { recursive: true });
}

/** One in a hundred fails, each with numbers of its own, as heads do. */
async function write(folder, count, shard) {
  const perTarget = count / targets.length;
  const cases = Array.from({ length: perTarget }, (_, i) => ({
    subject: `Head-of-${i % 50}`,
    family: 'law',
    check: 'mean-is-sum-over-size',
    parameters: { rows: i, weights: 'rows' },
  }));
  const mine = inShard(cases, shard);
  const runs = targets.map((target) => ({
    target,
    milliseconds: 100,
    cases: mine.map((testCase, i) => ({
      ...testCase,
      query: queryOf(testCase),
      status: i % 100 === 0 ? 'fail' : 'pass',
      ...(i % 100 === 0 && {
        message: `the mean[${i}]: got ${Math.random()}, expected ${Math.random()} (${Math.random() * 100} times the allowed error)`,
      }),
      closest: { what: 'the mean', index: i % 33, actual: Math.random(), expected: Math.random(), used: Math.random() },
      milliseconds: Math.round(Math.random() * 100) / 10,
    })),
  }));
  const report = reportOfOne({
    suite: '0.1.0',
    created: '2026-01-02T03:04:05.678Z',
    milliseconds: 1000,
    shard,
    asked: mine.length,
    runs,
    selection: selectionOf(cases, { filters: [], repair: true, subjects: ['Head'], project: null }),
    expectations: new Map(targets.map((target) => [target, '0'.repeat(32)])),
  });
  const path = join(folder, `shard-${shard.index}.json`);
  await pipeline(toJson(report), createWriteStream(path));
  return path;
}

/** Runs the command in a process of its own, which tells in the end how much memory it had at most. */
async function measured(args) {
  const tell = `process.on('exit', () => process.stderr.write('maxRSS ' + process.resourceUsage().maxRSS + '\\n'))`;
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, main, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  for await (const piece of child.stderr) said += piece;
  const memory = /maxRSS (\d+)/.exec(said);
  if (memory === null) throw new Error(said);
  return { seconds: (performance.now() - start) / 1000, memory: Number(memory[1]) * 1024 };
}

function mega(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
