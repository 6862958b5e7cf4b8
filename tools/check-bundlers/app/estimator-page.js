// A page that trains on a file, keeps checkpoints in IndexedDB, and goes on from there.
import { startBackend } from '@tfjs-heads/backends';
import { DNNRegressor, numericColumn, RunConfig } from '@tfjs-heads/estimator';
import { csvInputFn } from '@tfjs-heads/estimator/csv';

const file = new File(['x,y\n', ...Array.from({ length: 40 }, (_, i) => `${i / 40},${i / 20}\n`)], 'line.csv');
const inputFn = csvInputFn(file, { columns: { x: 'float32', y: 'float32' }, label: 'y', batchSize: 8 });
const make = () =>
  new DNNRegressor({
    featureColumns: [numericColumn('x')],
    hiddenUnits: [4],
    modelDir: 'runs/1',
    config: new RunConfig({ log: () => undefined }),
  });

globalThis.program = async (options) => {
  const { name } = await startBackend(options);
  const lines = [`backend ${name}`];
  await make().train(inputFn);
  const resumed = await make().train(inputFn, { steps: 2 });
  lines.push(await resumed.latestCheckpoint());
  const { global_step: step, average_loss: loss } = await make().evaluate(inputFn);
  lines.push(`step ${step}`, `loss ${loss >= 0 ? 'is a number' : loss}`);
  return { lines, reasons: {}, repairs: {} };
};
