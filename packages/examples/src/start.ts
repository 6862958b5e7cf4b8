import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { backendNames, startBackend, type BackendStatus } from './backends.js';
import { examples } from './examples.js';
import { chosenExamples, commandLine, otherExamples, type Options } from './options.js';
import { startProgress } from './progress.js';
import { htmlReport } from './report/html.js';
import type { Report, Run } from './report/report.js';
import { predictionTables, resultsTables } from './report/terminal.js';

const htmlFile = fileURLToPath(new URL('../../../out/examples.html', import.meta.url));

const program = commandLine().parse();
const options = program.opts<Options>();
const chosen = chosenExamples(program);
enableProdMode(); // Keeps tfjs from advertising tfjs-node in the middle of the output,
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3'; // and TensorFlow from telling about the processor.

const statuses: BackendStatus[] = [];
for (const name of options.backend ?? backendNames) statuses.push(await startBackend(name));
const unavailable = statuses.filter((status) => !status.available);
if (options.backend !== undefined && unavailable.length > 0) {
  program.error(unavailable.map(({ name, reason }) => `error: backend ${name} is unavailable: ${reason}`).join('\n'));
}
// The wasm backend listens for uncaught errors, and has Node print its whole source with each.
for (const event of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);

const report: Report = {
  runs: await runAll(
    chosen,
    statuses.filter((status) => status.available).map(({ name }) => name),
  ),
  unavailable,
};
console.log(`\n${resultsTables(report)}\n\n${predictionTables(report)}`);
if (options.export !== undefined) console.log(`\nSavedModels: ${resolve(options.export)}`);
await mkdir(dirname(htmlFile), { recursive: true });
await writeFile(htmlFile, htmlReport(report));
console.log(`\nLearning curves and charts: ${htmlFile}\n\n${otherExamples(chosen)}`);

async function runAll(names: readonly string[], backends: readonly string[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const example of examples.filter(({ name }) => names.includes(name))) {
    for (const backend of backends) {
      await startBackend(backend);
      const progress = startProgress(`${example.name} on ${backend}`);
      const exportTo = options.export && join(options.export, `${example.name}-${backend}`);
      runs.push({ example, backend, result: await example.run({ onStep: progress.onStep, exportTo }) });
      progress.end();
    }
  }
  return runs;
}
