import { grad, onesLike, train, type Scalar } from '@tensorflow/tfjs-core';
import { ModeKeys, type Logits } from '@tfjs-heads/head-api';
import { tensorOf } from '../../batch.js';
import { check, type Check } from '../check.js';
import { inMode, numberOf, readNumbers } from '../outcome.js';
import { ULPS } from '@tfjs-heads/reference';
import { tagOf } from './claims.js';
import { codedErrorOf, scalesOf } from './compare.js';
import { modelFor } from './spec-model.js';

/** With one rate, a step says everything about the gradient. */
const RATE = 0.125;

export const specTrain: Check = check({
  states:
    'trainOp moves each variable by the rate times its gradient, once; with replicas, by its share where the reduction is sum_over_batch_size.',
  cases: () => [
    { reduction: 'sum', replicas: 2 },
    { reduction: 'auto', replicas: 2 },
    { reduction: 'sum_over_batch_size', replicas: 2 },
  ],
  async run({ subject, judge }, { reduction, replicas }) {
    const { head, batch, tensors, kernel, logits } = modelFor(subject, { lossReduction: reduction, name: 'other' });
    const { labels, features } = tensors;
    const scales = scalesOf(batch);
    const start = await readNumbers(kernel);
    const copy = tensorOf({ shape: kernel.shape, values: start });
    const gradient = await readNumbers(grad((given) => head.loss(labels, logits(given), { features }))(copy));
    const expectedLoss = await numberOf(head.loss(labels, logits(), { features }));
    const given = { mode: ModeKeys.TRAIN, labels, features, logits: () => logits() };
    const step = { optimizer: train.sgd(RATE), trainableVariables: [kernel], numReplicasInSync: replicas };
    const spec = inMode(judge, ModeKeys.TRAIN, head.createEstimatorSpec({ ...given, ...step }));
    judge.same('the variable before trainOp', await readNumbers(kernel), start);
    const returned = spec.trainOp();
    judge.that(returned === spec.loss, 'trainOp must return the loss of the spec');
    const tag = tagOf(subject, head, 'loss', spec.summaries);
    const losses = { 'the loss': spec.loss, [`summaries['${tag}']`]: spec.summaries[tag] as Scalar };
    for (const [what, loss] of Object.entries(losses)) {
      judge.that(loss !== undefined, `${what}: there is none among ${Object.keys(spec.summaries).join(', ')}`);
      judge.near(what, [await numberOf(loss)], [expectedLoss], { k: ULPS.REDUCE, scale: scales.sum });
    }
    const factor = reduction === 'sum_over_batch_size' ? 1 / replicas : 1;
    const expected = start.map((value, i) => value - RATE * factor * (gradient[i] as number));
    judge.near('the variable', await readNumbers(kernel), expected, { k: ULPS.REDUCE, scale: scales.sum });
    judge.equal('evalMetricOps', Object.keys(spec.evalMetricOps), []);
    judge.equal(
      'the code of a second trainOp',
      codedErrorOf(judge, 'a second trainOp', () => spec.trainOp()).code,
      'TRAIN_OP_USED',
    );
    judge.near('the variable after it', await readNumbers(kernel), expected, { k: ULPS.REDUCE, scale: scales.sum });
    spec.dispose();
  },
});

export const specOrder: Check = check({
  states: 'trainOp updates the variables first and runs updateOps then; the network runs once for a spec.',
  cases: () => [{}],
  run({ subject, judge }) {
    const { head, tensors, kernel, logits } = modelFor(subject);
    const log: string[] = [];
    const note = (what: string) => (): void => void log.push(what);
    const network = (): Logits => {
      log.push('network');
      return logits();
    };
    const optimizer = { applyGradients: note('update') };
    const args = {
      labels: tensors.labels,
      features: tensors.features,
      logits: network,
      optimizer,
      trainableVariables: [kernel],
    };
    const spec = head.createEstimatorSpec({
      mode: ModeKeys.TRAIN,
      ...args,
      updateOps: [note('first'), note('second')],
    });
    judge.equal('what ran before trainOp', log, ['network']);
    inMode(judge, ModeKeys.TRAIN, spec).trainOp();
    judge.equal('what ran', log, ['network', 'update', 'first', 'second']);
    spec.dispose();
  },
});

export const specTrainOpFn: Check = check({
  states:
    'trainOpFn gets the loss and a function that computes it again, from variables as they then are; trainOp returns what it returns, and runs updateOps then.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const { head, batch, tensors, kernel, logits } = modelFor(subject);
    const log: string[] = [];
    const given: { loss?: Scalar; again?: Scalar; moved?: Scalar } = {};
    const spec = inMode(
      judge,
      ModeKeys.TRAIN,
      head.createEstimatorSpec({
        mode: ModeKeys.TRAIN,
        labels: tensors.labels,
        features: tensors.features,
        logits: () => logits(),
        updateOps: [() => void log.push('updateOp')],
        trainOpFn: (loss, recompute) => {
          log.push('trainOpFn');
          const again = recompute();
          kernel.assign(onesLike(kernel));
          Object.assign(given, { loss, again, moved: recompute() });
          return 'done';
        },
      }),
    );
    judge.equal('what ran before trainOp', log, []);
    judge.equal('what trainOp returned', spec.trainOp(), 'done');
    judge.equal('what ran', log, ['trainOpFn', 'updateOp']);
    judge.that(given.loss === spec.loss, 'trainOpFn must get the loss of the spec');
    const { labels, features } = tensors;
    const expected = { again: spec.loss, moved: head.loss(labels, logits(), { features }) };
    for (const [name, loss] of Object.entries(expected)) {
      const computed = given[name as keyof typeof expected] as Scalar;
      judge.that(computed !== spec.loss, `the loss computed again, ${name}: it is the tensor of the spec`);
      judge.near(`the loss computed again, ${name}`, [await numberOf(computed)], [await numberOf(loss)], {
        k: ULPS.REDUCE,
        scale: scalesOf(batch).sum,
      });
    }
    spec.dispose();
  },
});
