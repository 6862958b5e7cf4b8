import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutput, Metrics, Predictions, StringValues } from '@tfjs-heads/head-api';
import { asLogits, mapped, tensorOf, tensorsOf } from '../../batch.js';
import type { Parameters } from '../../case.js';
import type { GoldenCase, GoldenFile, GoldenPrediction } from '../../goldens/format.js';
import { inputOf, batchIn } from '../../goldens/inputs.js';
import { sizeOf } from '@tfjs-heads/reference';
import type { Judge } from '../../judge.js';
import { check, type Check, type Checks } from '../check.js';
import { inMode, lossAndGradient, toPredict, updated, withoutMask } from '../outcome.js';
import { Network, train } from '../training/trainee.js';
import { goldenOf, gradientNear, loadCase, lossNear, near, optimizerOf, predictionNear } from './load-case.js';

const loss: Check = check({
  states: 'The loss is the golden one, a float32 scalar.',
  cases: (_, goldens) => goldens?.cases.map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const {
      golden,
      head,
      tensors: { logits, labels, features },
    } = loadCase(context, parameters);
    await lossNear(context.judge, 'the loss', head.loss(labels, logits, { features }), golden.loss);
  },
});

const gradient: Check = check({
  states: 'The gradient of the loss with respect to the logits is the golden one, and the loss under the tape too.',
  cases: (_, goldens) => goldens?.cases.map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const { golden, head, tensors } = loadCase(context, parameters);
    const { value, grad } = lossAndGradient(head, tensors, { mode: 'train' });
    await lossNear(context.judge, 'the loss under the tape', value, golden.loss);
    await gradientNear(context.judge, grad, golden);
  },
});

const predictions: Check = check({
  states: 'The predictions are the golden ones, in shape, dtype and values, and no others come.',
  cases: (_, goldens) => goldens?.cases.filter(hasPredictions).map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const {
      golden,
      head,
      tensors: { logits },
    } = loadCase(context, parameters);
    await predictionsNear(context.judge, head.predictions(logits), golden.predictions);
  },
});

function hasPredictions({ predictions: expected }: GoldenCase): boolean {
  return Object.keys(expected).length > 0;
}

/** Predictions have the golden keys in order, and the golden values. */
async function predictionsNear(judge: Judge, actual: Predictions, expected: GoldenCase['predictions']): Promise<void> {
  judge.equal('the prediction keys', Object.keys(actual), Object.keys(expected));
  for (const [key, golden] of Object.entries(expected))
    await predictionNear(judge, `the prediction ${key}`, actual[key], golden);
}

const metrics: Check = check({
  states: 'The metrics of one batch are the golden ones, and no others come.',
  cases: (_, goldens) => goldens?.cases.filter(hasMetrics).map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const { golden, head, tensors } = loadCase(context, parameters);
    await metricsNear(context.judge, updated(head, head.metrics(), tensors), golden.metrics);
  },
});

const evaluation: Check = check({
  states: 'The metrics over several batches are the golden ones, however the batches are cut and weighed.',
  cases: (_, goldens) => goldens?.evaluations.map(({ parameters }) => parameters) ?? [],
  async run({ subject, goldens, judge }, parameters) {
    const golden = goldenOf(goldens?.evaluations, parameters);
    const head = subject.create(golden.options);
    const running = head.metrics();
    for (const batch of golden.batches) updated(head, running, tensorsOf(batchIn(batch)));
    await metricsNear(judge, running, golden.metrics);
  },
});

function hasMetrics({ metrics: expected }: GoldenCase): boolean {
  return Object.keys(expected).length > 0;
}

/** Metrics have the golden keys in order, and the golden results. */
async function metricsNear(judge: Judge, actual: Metrics, expected: GoldenCase['metrics']): Promise<void> {
  judge.equal('the metric keys', Object.keys(actual), Object.keys(expected));
  for (const [key, values] of Object.entries(expected))
    near(judge, `the metric ${key}`, [(await actual[key]?.result()) ?? NaN], values);
  for (const metric of Object.values(actual)) metric.dispose();
}

const names = ['the kernel of the hidden layer', 'its bias', 'the last kernel', 'the last bias'] as const;

const training: Check = check({
  states: 'A network trained by an optimizer of tfjs has the golden losses and ends in the golden variables.',
  cases: (_, goldens) => goldens?.trainings.map(({ parameters }) => parameters) ?? [],
  async run({ subject, goldens, judge }, parameters) {
    const golden = goldenOf(goldens?.trainings, parameters);
    const { inputs: given, heads } = golden;
    const { labels, features } = tensorsOf(batchIn({ ...golden, logits: given }));
    const network = new Network(golden.start.map(inputOf));
    // Steps of sequences go through the network as rows do, and are steps again.
    const [before, size] = [given.shape.slice(0, -1), given.shape.at(-1) as number];
    const inputs = tensorOf({ ...inputOf(given), shape: [sizeOf(before), size] });
    const outputs = golden.start.at(-1)?.shape[0] as number;
    const shapes =
      heads === undefined ? { shape: [...before, outputs] } : mapped(heads, (k) => ({ shape: [...before, k] }));
    const trainee = {
      head: subject.create(golden.options),
      network,
      labels,
      features,
      logits: () => asLogits(network.apply(inputs), shapes),
    };
    const { losses, variables } = await train(trainee, optimizerOf(golden.optimizer), golden.steps);
    near(judge, 'the losses', losses, golden.losses);
    for (const [i, expected] of golden.end.entries())
      near(judge, names[i] ?? `variable ${i}`, variables[i]?.values ?? [], expected);
  },
});

const spec: Check = check({
  states: 'The specs of all three modes hold the golden loss, predictions and metrics.',
  cases: (_, goldens) => telling(goldens),
  async run(context, parameters) {
    const { judge } = context;
    const { golden, head, tensors } = loadCase(context, parameters);

    const trained = inMode(
      judge,
      'train',
      head.createEstimatorSpec({ ...tensors, mode: 'train', trainOpFn: () => 'trained' }),
    );
    await lossNear(judge, 'the loss of the train spec', trained.loss, golden.loss);
    judge.equal('what trainOp returned', trained.trainOp(), 'trained');
    judge.equal('the metrics of the train spec', Object.keys(trained.evalMetricOps), []);

    const evaluated = inMode(judge, 'eval', head.createEstimatorSpec({ ...tensors, mode: 'eval' }));
    await lossNear(judge, 'the loss of the eval spec', evaluated.loss, golden.loss);
    // Of sequences a spec may predict the steps that count alone.
    if (context.subject.mask === undefined) await predictionsNear(judge, evaluated.predictions, golden.predictions);
    await metricsNear(judge, evaluated.evalMetricOps, golden.metrics);

    const predicted = inMode(judge, 'infer', head.createEstimatorSpec(toPredict(context.subject, tensors)));
    await predictionsNear(judge, withoutMask(context.subject, predicted.predictions), golden.predictions);
  },
});

const exports: Check = check({
  states: 'Under each serving key stands an output of its kind, with the golden predictions.',
  cases: (_, goldens) => (goldens?.exports === undefined ? [] : telling(goldens).slice(0, 1)),
  async run(context, parameters) {
    const { judge, goldens } = context;
    const { golden, head, tensors } = loadCase(context, parameters);
    const { exportOutputs } = inMode(judge, 'infer', head.createEstimatorSpec(toPredict(context.subject, tensors)));
    const expected = goldens?.exports ?? {};
    judge.equal('the serving keys', Object.keys(exportOutputs), Object.keys(expected));
    for (const [key, { kind, outputs }] of Object.entries(expected)) {
      const actual = exportOutputs[key] as ExportOutput;
      judge.equal(`the kind of ${key}`, actual.kind, kind);
      const values = outputsOf(actual);
      judge.equal(`the outputs of ${key}`, Object.keys(values), Object.keys(outputs));
      for (const [name, prediction] of Object.entries(outputs)) {
        await predictionNear(
          judge,
          `${name} of ${key}`,
          values[name],
          golden.predictions[prediction] as GoldenPrediction,
        );
      }
    }
  },
});

/** One case of each set of options, with all that can be expected of it. */
function telling(goldens: GoldenFile | undefined): readonly Parameters[] {
  const complete = goldens?.cases.filter((entry) => hasPredictions(entry) && hasMetrics(entry)) ?? [];
  return [
    ...new Map(complete.toReversed().map(({ options, parameters }) => [JSON.stringify(options), parameters])).values(),
  ];
}

function outputsOf(output: ExportOutput): Readonly<Record<string, Tensor | StringValues>> {
  if (output.kind === 'predict') return output.outputs;
  const { kind: _, ...outputs } = output;
  return outputs;
}

/** What the author of a head vouches for: inputs and what must come out. */
export const goldenChecks: Checks = { loss, gradient, predictions, metrics, spec, exports, evaluation, training };
