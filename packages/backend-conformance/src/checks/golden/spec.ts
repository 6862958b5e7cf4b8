import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutput, StringValues } from '@tfjs-heads/head-api';
import type { Parameters } from '../../case.js';
import type { GoldenFile, GoldenValues } from '../../goldens/format.js';
import type { Check } from '../check.js';
import { inMode } from '../in-mode.js';
import { loadCase } from './load-case.js';
import { hasMetrics, metricsNear } from './metrics.js';
import { tensorNear } from './near.js';
import { hasPredictions, predictionsNear } from './predictions.js';

export const spec: Check = {
  states: 'The specs of all three modes hold the golden loss, predictions and metrics.',
  cases: (_, goldens) => telling(goldens),
  async run(context, parameters) {
    const { judge } = context;
    const { golden, head, tensors } = loadCase(context, parameters);
    const { logits } = tensors;
    const { shape } = logits;

    const trained = inMode(judge, 'train', head.createEstimatorSpec({ ...tensors, mode: 'train', trainOpFn: () => 'trained' }));
    await tensorNear(judge, 'the loss of the train spec', trained.loss, [], golden.loss);
    judge.equal('what trainOp returned', trained.trainOp(), 'trained');
    judge.equal('the metrics of the train spec', Object.keys(trained.evalMetricOps), []);

    const evaluated = inMode(judge, 'eval', head.createEstimatorSpec({ ...tensors, mode: 'eval' }));
    await tensorNear(judge, 'the loss of the eval spec', evaluated.loss, [], golden.loss);
    await predictionsNear(judge, evaluated.predictions, shape, golden.predictions);
    await metricsNear(judge, evaluated.evalMetricOps, golden.metrics);

    const predicted = inMode(judge, 'infer', head.createEstimatorSpec({ mode: 'infer', logits }));
    await predictionsNear(judge, predicted.predictions, shape, golden.predictions);
  },
};

export const exports: Check = {
  states: 'Under each serving key stands an output of its kind, with the golden predictions.',
  cases: (_, goldens) => (goldens?.exports === undefined ? [] : telling(goldens).slice(0, 1)),
  async run(context, parameters) {
    const { judge, goldens } = context;
    const { golden, head, tensors: { logits } } = loadCase(context, parameters);
    const { exportOutputs } = inMode(judge, 'infer', head.createEstimatorSpec({ mode: 'infer', logits }));
    const expected = goldens?.exports ?? {};
    judge.equal('the serving keys', Object.keys(exportOutputs), Object.keys(expected));
    for (const [key, { kind, outputs }] of Object.entries(expected)) {
      const actual = exportOutputs[key] as ExportOutput;
      judge.equal(`the kind of ${key}`, actual.kind, kind);
      const values = outputsOf(actual);
      judge.equal(`the outputs of ${key}`, Object.keys(values), Object.keys(outputs));
      for (const [name, prediction] of Object.entries(outputs)) {
        await tensorNear(judge, `${name} of ${key}`, values[name] as Tensor, logits.shape, golden.predictions[prediction] as GoldenValues);
      }
    }
  },
};

/** One case of each set of options, with all that can be expected of it. */
function telling(goldens: GoldenFile | undefined): readonly Parameters[] {
  const complete = goldens?.cases.filter((one) => hasPredictions(one) && hasMetrics(one)) ?? [];
  return [...new Map(complete.toReversed().map(({ options, parameters }) => [JSON.stringify(options), parameters])).values()];
}

function outputsOf(output: ExportOutput): Readonly<Record<string, Tensor | StringValues>> {
  if (output.kind === 'predict') return output.outputs;
  const { kind: _, ...outputs } = output;
  return outputs;
}
