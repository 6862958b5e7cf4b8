import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { backendNames, type BackendName } from '../test/backend/name.js';
import { startBackend } from '../test/backend/start.js';
import { environments } from '../test/projects.js';
import type { Row } from './benchmark.js';
import { runInChromium } from './in-chromium.js';
import { benchmarks } from './registry.js';

/** What ran the benchmark. */
interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  chromium?: string;
}

const program = new Command('bench')
  .description('Compares the speed of ours with a peer in the same run, and prints medians and ratios.')
  .argument('<benchmark>', `one of ${Object.keys(benchmarks).join(', ')}`)
  .addOption(new Option('--backend <names>', 'a list, separated by commas').default(environments.node.join(',')))
  .option('--rows <number>', 'how many rows at most, where a benchmark is about many (evaluate: 1,000,000)', Number)
  .option('--jax <python>', 'a Python that has jax, for trace; one with TensorFlow is made by npm run goldens:original')
  .option('--json <file>', 'writes { machine, rows } to a file')
  .parse();

const [name = ''] = program.args;
const load =
  benchmarks[name] ?? program.error(`There is no benchmark '${name}'; there is ${Object.keys(benchmarks).join(', ')}.`);
const options = program.opts<{ backend: string; json?: string; rows?: number; jax?: string }>();
if (options.rows !== undefined && !(Number.isInteger(options.rows) && options.rows >= 1000))
  program.error('--rows must be a whole number from 1,000 on.');
const asked = options.backend.split(',');
const chosen = backendNames.filter((backend) => asked.includes(backend));
const unknown = asked.find((backend) => !chosen.some((known) => known === backend));
if (unknown !== undefined) program.error(`There is no backend '${unknown}'; there is ${backendNames.join(', ')}.`);

const machine: Machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
const rows: Row[] = [];
const onRow = (row: Row): void => {
  rows.push(row);
  console.error(
    `${row.backend}, ${row.case}, ${row.batch}, against ${row.peer}: ${row.ratio.toFixed(2)} (${row.unit})`,
  );
};

const inNode = chosen.filter((backend) => environments.node.includes(backend));
const inChromium = chosen.filter((backend) => !environments.node.includes(backend));
for (const backend of inNode) await runInNode(backend);
if (inChromium.length > 0) machine.chromium = await runInChromium(name, inChromium, onRow, { rows: options.rows });

async function runInNode(backend: BackendName): Promise<void> {
  await startBackend(backend);
  await (
    await load()
  )(backend, onRow, { rows: options.rows, jax: options.jax });
}

const table = new Table({
  head: ['backend', 'case', 'batch', 'peer', 'unit', 'ours', 'theirs', 'ratio'],
  colAligns: ['left', 'left', 'right', 'left', 'left', 'right', 'right', 'right'],
  style: { head: [], border: [], compact: true },
});
for (const row of rows) {
  const figure = (value: number): string => (row.unit.startsWith('ms') ? value.toPrecision(3) : String(value));
  table.push([
    row.backend,
    row.case,
    row.batch.toLocaleString('en'),
    row.peer,
    row.unit,
    figure(row.ours),
    figure(row.theirs),
    row.ratio.toFixed(2),
  ]);
}
console.log(table.toString());
console.log(
  Object.entries(machine)
    .map(([key, value]) => `${key} ${value}`)
    .join(', '),
);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ machine, rows }, undefined, 2)}\n`);
