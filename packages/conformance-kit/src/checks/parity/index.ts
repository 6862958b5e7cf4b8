import type { Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type EstimatorSpec, type Head } from '@tfjs-heads/head-api';
import { partsOf, type BatchTensors } from '../../batch.js';
import type { Subject } from '../../subject.js';
import { check, type Check, type Checks } from '../check.js';
import { gradientOf, updated, readNumbers } from '../outcome.js';
import {
  compareOutputs,
  headAndBatch,
  inputsOf,
  namedExports,
  prefixed,
  readAll,
  readMetrics,
  conditionedScales,
  type BatchParameters,
  type Outputs,
} from './compare.js';

/** A batch, uploaded unless its inputs are made by the device. */
type OutputsCase = BatchParameters & { readonly inputs?: 'device' };

/** What a head computes without a spec: its loss, the gradient of that, its predictions and its metrics. */
const outputsAgree: Check = check({
  states: 'Loss, gradient, predictions and metrics are those of plain cpu, at odd and even sizes, of rank 2 and 4.',
  cases: ({ weights = 'rows', rows, mask }: Subject): readonly OutputsCase[] => {
    const cases: readonly OutputsCase[] = [
      { rows: 1 },
      { rows: 2, inputs: 'device' },
      { rows: 33 },
      { rows: '2x3x5', inputs: 'device' },
      ...(weights === 'none' ? [] : weighted(weights, rows === 'dependent' ? 257 : 2049)),
    ];
    // Sequences have two dimensions before the last one.
    return mask === undefined ? cases : cases.filter((parameters) => String(parameters.rows).split('x').length < 3);
  },
  async run({ subject, judge, onReference }, parameters) {
    const { head, batch } = headAndBatch(subject, parameters);
    const outputs = (madeBy?: 'device'): Promise<Outputs> => outputsOf(head, inputsOf(batch, madeBy));
    const actual = await outputs(parameters.inputs);
    const expected = await onReference(() => outputs());
    const gradient = Object.entries(expected).flatMap(([name, { values }]) =>
      /^gradient(\/|$)/.test(name) ? Array.from(values, Number) : [],
    );
    compareOutputs(judge, actual, expected, conditionedScales(batch, gradient));
  },
});

/**
 * @param most Where heads may change over from one way of computing to another; less where each row is compared with each other
 *   one, which would be millions of pairs.
 */
function weighted(weights: 'rows' | 'logits', most: number): OutputsCase[] {
  return [
    { rows: 33, weights: 'rows', inputs: 'device' },
    { rows: 256, weights: 'rows' },
    { rows: '2x3x5', weights },
    { rows: most, weights, inputs: 'device' },
  ];
}

async function outputsOf(head: Head, tensors: BatchTensors): Promise<Outputs> {
  const { logits, labels, features } = tensors;
  const metrics = updated(head, head.metrics(), tensors);
  const values = await readAll({
    loss: head.loss(labels, logits, { features }),
    ...Object.fromEntries(
      partsOf<Tensor>(gradientOf(head, tensors)).map(([name, part]) => [
        name === '' ? 'gradient' : `gradient/${name}`,
        part,
      ]),
    ),
    ...prefixed('predictions', head.predictions(logits)),
  });
  const results = await readMetrics(metrics);
  for (const metric of Object.values(metrics)) metric.dispose();
  return { ...values, ...results };
}

/** What stands in a spec. */
const specsAgree: Check = check({
  states: 'Every value in a spec is that of plain cpu: loss and summaries, predictions, metrics, exports.',
  cases: ({ weights }) =>
    Object.values(ModeKeys).map((mode) => ({
      mode,
      rows: 33,
      ...(weights !== 'none' && { weights: 'rows' as const }),
    })),
  async run({ subject, judge, onReference }, parameters) {
    const { head, batch } = headAndBatch(subject, parameters);
    const inputs = (): BatchTensors => inputsOf(batch);
    const outputs = (): Promise<Outputs> => outputsOfSpec(head, inputs(), parameters.mode);
    const actual = await outputs();
    const [expected, gradient] = await onReference(
      async () => [await outputs(), await readNumbers(gradientOf(head, inputs()))] as const,
    );
    compareOutputs(judge, actual, expected, conditionedScales(batch, gradient));
  },
});

async function outputsOfSpec(head: Head, inputs: BatchTensors, mode: ModeKeys): Promise<Outputs> {
  const spec: EstimatorSpec = head.createEstimatorSpec({
    ...inputs,
    mode,
    ...(mode === ModeKeys.TRAIN && { trainOpFn: () => undefined }),
  });
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

/** What must be the same on the backend under test as on plain cpu, whatever the head computes. */
export const parityChecks: Checks = { outputs: outputsAgree, specs: specsAgree };
