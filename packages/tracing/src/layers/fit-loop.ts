import { keep, scalar, util } from '@tensorflow/tfjs-core';
import { callbacksOf, seesScalars } from './callbacks.js';
import type { FitLoopArgs, ModelInternals } from './layers-model.js';
import { disposeAll, type Rows, RunningMeans, takeNumbers } from './rows.js';

type Logs = Record<string, unknown>;

/**
 * `fitLoop` of tfjs-layers for data in the memory of this process: the same batches in the same order, the same calls of callbacks with the same logs, the same
 * numbers; but rows are copied where tfjs runs seven kernels, and means of an epoch are taken in JavaScript, where tfjs runs two kernels a number and batch.
 *
 * @param rows Of what is trained on.
 * @param original Starts that of tfjs-layers.
 */
export async function fitLoop(
  model: ModelInternals,
  rows: Rows,
  args: FitLoopArgs,
  original: () => Promise<unknown>,
): Promise<unknown> {
  const [f, , labels, batchSize = 32, epochs = 1, , , valF, valIns, shuffle = true, , initialEpoch = 0] = args;
  const list = await callbacksOf(original);
  // The first one takes the means of an epoch, which are taken here.
  list.callbacks.shift();
  const [batchScalars, epochScalars] = [seesScalars(list, 'onBatchEnd'), seesScalars(list, 'onEpochEnd')];
  const log = (logs: Logs, prefix: string, numbers: readonly number[], asScalars: boolean): void =>
    labels.forEach((label, index) => {
      const value = numbers[index] as number;
      logs[prefix + label] = asScalars ? keep(scalar(value)) : value;
    });
  const indices = Int32Array.from({ length: rows.count }, (_, index) => index);
  await list.onTrainBegin();
  model.stopTraining = false;
  for (let epoch = initialEpoch; epoch < epochs; epoch++) {
    await list.onEpochBegin(epoch);
    const epochLogs: Logs = {};
    const means = new RunningMeans();
    if (shuffle) util.shuffle(indices);
    for (let batch = 0, start = 0; start < rows.count; batch++, start += batchSize) {
      const end = Math.min(start + batchSize, rows.count);
      const logs: Logs = {};
      await list.onBatchBegin(batch, logs as never);
      const data = rows.gather(indices, start, end);
      try {
        Object.assign(logs, { batch, size: end - start });
        const numbers = takeNumbers(f(data));
        log(logs, '', numbers, batchScalars);
        means.add(numbers, end - start);
      } finally {
        disposeAll(data);
      }
      if (end === rows.count && valF && valIns)
        log(epochLogs, 'val_', takeNumbers(model.testLoop(valF, valIns, batchSize)), epochScalars);
      await list.onBatchEnd(batch, logs as never);
      for (const key in logs) if (typeof logs[key] === 'object') (logs[key] as { dispose(): void }).dispose();
      if (model.stopTraining) break;
    }
    log(epochLogs, '', means.products(), epochScalars);
    await list.onEpochEnd(epoch, epochLogs as never);
    if (model.stopTraining) break;
  }
  await list.onTrainEnd();
  await model.history.syncData();
  return model.history;
}
