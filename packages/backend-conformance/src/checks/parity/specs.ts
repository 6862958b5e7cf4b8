import { ModeKeys, type EstimatorSpec, type Head } from '@tfjs-heads/head-api';
import type { BatchTensors } from '../../batch.js';
import type { Check } from '../check.js';
import { gradientOf } from '../outcome.js';
import { compareOutputs, scalesOf } from './compare.js';
import { headAndBatch, inputsOf } from './inputs.js';
import { namedExports, prefixed, readAll, readMetrics, type Outputs } from './read.js';

/** What stands in a spec. */
export const specsAgree: Check = {
  states: 'Every value in a spec is that of plain cpu: loss and summaries, predictions, metrics, exports.',
  cases: ({ weights }) => Object.values(ModeKeys).map((mode) => ({ mode, rows: 33, ...(weights !== 'none' && { weights: 'rows' }) })),
  async run({ subject, judge, onReference }, parameters) {
    const { head, batch } = headAndBatch(subject, parameters);
    const inputs = (): BatchTensors => inputsOf(subject, batch);
    const outputs = (): Promise<Outputs> => outputsOf(head, inputs(), parameters.mode as ModeKeys);
    const actual = await outputs();
    const [expected, gradient] = await onReference(async () => [await outputs(), await gradientOf(head, inputs()).data()] as const);
    compareOutputs(judge, actual, expected, scalesOf(batch, gradient));
  },
};

async function outputsOf(head: Head, inputs: BatchTensors, mode: ModeKeys): Promise<Outputs> {
  const spec: EstimatorSpec = head.createEstimatorSpec({ ...inputs, mode, ...(mode === ModeKeys.TRAIN && { trainOpFn: () => undefined }) });
  const values = await readAll({
    ...('loss' in spec && { loss: spec.loss }),
    ...('summaries' in spec && prefixed('summaries', spec.summaries)),
    ...prefixed('predictions', spec.predictions),
    ...('exportOutputs' in spec && namedExports(spec.exportOutputs)),
  });
  const metrics = 'evalMetricOps' in spec ? await readMetrics(spec.evalMetricOps) : {};
  spec.dispose();
  return { ...values, ...metrics };
}
