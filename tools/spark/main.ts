// Evaluates flights-3m of vega-datasets on Spark and in one process, and compares what they come to: with each other to the bit, and
// with the reference in doubles.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Table from 'cli-table3';
import { BinaryClassHead } from '@tfjs-heads/head-classification';
import { binaryClassMetrics } from '@tfjs-heads/reference';
import { Problem } from '../native/problem.mjs';
import { ensureSpark } from './python.js';

/** What `compare.py` prints. */
interface Compared {
  readonly runs: readonly { readonly name: string; readonly seconds: number; readonly state: State }[];
  /** What one process needed at most, in MB, of the flights so many times. */
  readonly memory: readonly (readonly [times: number, megabytes: number])[];
  /** How many flights there are of a distance and a delay. */
  readonly groups: readonly (readonly [distance: number, delay: number, count: number])[];
}

interface State {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, Parameters<ReturnType<BinaryClassHead['metrics']>[string]['merge']>[0]>>;
}

/** How much more memory ten times the rows may take. */
const GROWTH = 1.3;
/** How far a metric may be from the reference. */
const LIMIT = 1e-12;

const folder = mkdtempSync(join(tmpdir(), 'heads-spark-'));
try {
  const python = await ensureSpark((line) => console.log(`spark: ${line}`));
  const { stdout, status } = spawnSync(python, [join(import.meta.dirname, 'compare.py'), folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Problem('The comparison ended before its time.', 'See what it said above.');
  await report(JSON.parse(stdout.trim().split('\n').at(-1) as string) as Compared);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`spark: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function report({ runs, groups, memory }: Compared): Promise<void> {
  const first = runs[0] as Compared['runs'][number];
  const table = new Table({ head: ['3,000,000 flights', 'seconds', 'rows a second', 'the same state'] });
  for (const { name, seconds, state } of runs) {
    const isSame = isDeepStrictEqual(state, first.state);
    if (!isSame) process.exitCode = 1;
    const speed = Math.round(state.rows / seconds).toLocaleString('en');
    table.push([name, seconds.toFixed(1), speed, isSame ? 'to the bit' : 'NO']);
  }
  console.log(table.toString());
  for (const [times, megabytes] of memory)
    console.log(
      `memory of one process after ${(times * first.state.rows).toLocaleString('en')} rows: ${Math.round(megabytes)} MB`,
    );
  const [least = 0, most = 0] = memory.map(([, megabytes]) => megabytes);
  const isFlat = most <= GROWTH * least;
  const errors = await errorsOf(first.state, groups);
  for (const [key, error] of errors) console.log(`${key}: ${error.toExponential(1)} from the reference`);
  const isNear = errors.every(([, error]) => error <= LIMIT);
  if (!isNear || !isFlat) process.exitCode = 1;
  if (!isNear) console.log('spark: too far from the reference');
  if (!isFlat) console.log('spark: memory grows with the rows');
  if (process.exitCode === undefined) console.log('spark: all is as it must be');
}

/** The relative error of each metric. Flights of one distance, late or not, are one row of the reference, which weighs as many. */
async function errorsOf(state: State, groups: Compared['groups']): Promise<readonly (readonly [string, number])[]> {
  const counts = new Map<string, { readonly distance: number; readonly label: number; count: number }>();
  for (const [distance, delay, count] of groups) {
    const label = delay > 15 ? 1 : 0;
    const known = counts.get(`${distance} ${label}`);
    if (known === undefined) counts.set(`${distance} ${label}`, { distance, label, count });
    else known.count += count;
  }
  const rows = [...counts.values()];
  const expected = binaryClassMetrics([
    {
      logits: rows.map(({ distance }) => Math.fround(Math.fround(distance / 2048) - 1.5)),
      labels: rows.map(({ label }) => label),
      weights: rows.map(({ count }) => count),
    },
  ]);
  return Promise.all(
    Object.entries(new BinaryClassHead().metrics()).map(async ([key, metric]) => {
      metric.merge(state.metrics[key] as State['metrics'][string]);
      const { value } = expected[key] as { value: number };
      return [key, Math.abs((await metric.result()) / value - 1)] as const;
    }),
  );
}
