import { mul, tidy, train as optimizersOfTfjs, variable, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type EvalSpec, type HeadError, type MetricState } from '@tfjs-heads/head-api';
import { tensorOf, tensorsOf, type Batch } from '../../batch.js';
import { filled } from '@tfjs-heads/reference';
import { Failure } from '../../judge.js';
import { check, type Check, type CheckContext } from '../check.js';
import type { NamedSubject } from '../../subject.js';
import { batchOf, headOf, labelsOf } from './claims.js';
import { coded, codedErrorOf } from './compare.js';
import { held, heldAgain, resultsOf, updated, valuesOf } from '../outcome.js';
import { modelOf, product } from './spec-model.js';
import { wrongs, type Situation, type WrongCall } from './invalid-calls.js';

export const errors: Check = check({
  states:
    'What a head cannot use it refuses with the code of the contract, naming what it got, before anything is changed.',
  cases: ({ weights }) =>
    Object.keys(wrongs)
      .filter((code) => weights !== 'none' || !code.startsWith('WEIGHTS_'))
      .map((code) => ({ code })),
  async run(context, { code }) {
    const { judge } = context;
    const { situation, unchanged } = await situationOf(context);
    const calls = wrongs[code]?.(situation) ?? [];
    const before = held();
    for (const { what, run, named } of calls) {
      const error = codedErrorOf(judge, what, run);
      judge.equal(`the code for ${what}`, error.code, code);
      namesIt(context, what, error, named);
      await heldAgain(judge, what, before);
    }
    await unchanged();
  },
});

/** tfjs' backends return garbage for empty tensors. */
export const emptyBatch: Check = check({
  states: 'A batch without rows is refused with a coded error.',
  cases: () => [{}],
  async run(context) {
    const { judge } = context;
    const { situation, unchanged } = await situationOf(context);
    const { head, metrics, tensors } = situation;
    const empty = ({ shape, dtype }: Tensor): Tensor =>
      tensorOf({ shape: [0, ...shape.slice(1)], values: [] }, dtype as 'float32');
    const [logits, labels] = [empty(tensors.logits), empty(tensors.labels)];
    const features = Object.fromEntries(
      Object.entries(tensors.features).map(([name, feature]) => [name, empty(feature)]),
    );
    codedErrorOf(judge, 'loss', () => head.loss(labels, logits, { features }));
    codedErrorOf(judge, 'updateMetrics', () => head.updateMetrics(metrics, features, logits, labels));
    codedErrorOf(judge, 'predictions', () => head.predictions(logits));
    await unchanged();
  },
});

/** Where only a GPU knows the values, the error may come when the loss or a metric is read: but it comes. */
export const labelsRange: Check = check({
  states:
    'Labels out of range, NaN among them, are refused with LABELS_RANGE: at once, or on a device at the latest when the loss or a metric is read.',
  cases: (subject) => outOfRange(subject).flatMap((label) => ['host', 'device'].map((from) => ({ label, from }))),
  async run(context, { label, from }) {
    const isWhole = labelsOf(context.subject) === 'class'; // int32 has no NaN
    for (const bad of new Set(isWhole ? [Number(label)] : [Number(label), NaN])) await refusesLabel(context, bad, from);
  },
});

async function refusesLabel({ subject, judge, backend }: CheckContext, label: number, from: string): Promise<void> {
  const head = headOf(subject);
  const { logits, labels: uploaded, features } = tensorsOf(subject, withLabel(batchOf(subject, head, 3), label));
  const labels = from === 'host' ? uploaded : copyOnDevice(uploaded);
  const refused = async <T>(call: string, run: () => T, read: (made: T) => Promise<unknown>): Promise<void> => {
    const what = `${call} with the label ${label}`;
    let error: unknown;
    try {
      const made = run();
      judge.that(
        backend.capabilities.includes('device-memory'),
        `${what}: got no error at once, where all values lie in this process`,
      );
      error = await read(made).then(
        () => undefined,
        (reason: unknown) => reason,
      );
    } catch (reason) {
      if (reason instanceof Failure) throw reason;
      error = reason;
    }
    judge.that(error !== undefined, `${what}: got no error`);
    judge.equal(`the code for ${what}`, coded(judge, what, error).code, 'LABELS_RANGE');
  };
  await refused(
    'loss',
    () => head.loss(labels, logits, { features }),
    (loss) => loss.data(),
  );
  await refused(
    'loss, read as an array,',
    () => head.loss(labels, logits, { features }),
    (loss) => loss.array(),
  );
  await refused('updateMetrics', () => head.updateMetrics(head.metrics(), features, logits, labels), resultsOf);
  const evaluation = (): EvalSpec =>
    head.createEstimatorSpec({ mode: ModeKeys.EVAL, logits, labels, features }) as EvalSpec;
  await refused('the loss of an evaluation', evaluation, ({ loss }) => loss.data());
}

/** What a head claims to refuse. A case goes to another process as JSON, which has no NaN and no infinity. */
function outOfRange({ labelsOutOfRange = [] }: NamedSubject): (number | string)[] {
  return labelsOutOfRange.map((label) => (Number.isFinite(label) ? label : String(label)));
}

/** The error may come too late for the step, but then nothing must have come of it. */
export const labelsRangeTrains: Check = check({
  states: 'A training step on labels out of range changes no variable.',
  cases: (subject) => outOfRange(subject).map((label) => ({ label })),
  async run({ subject, judge }, { label }) {
    const { head, batch, kernel, logits } = modelOf(subject);
    const { labels, features } = tensorsOf(subject, withLabel(batch, Number(label)));
    const before = await valuesOf(kernel);
    const given = {
      labels: copyOnDevice(labels),
      features,
      logits: () => logits(),
      optimizer: optimizersOfTfjs.sgd(1),
      trainableVariables: [kernel],
    };
    try {
      const spec = head.createEstimatorSpec({ mode: ModeKeys.TRAIN, ...given });
      if (spec.mode === ModeKeys.TRAIN) spec.trainOp();
    } catch (error) {
      judge.equal('the code', coded(judge, 'training', error).code, 'LABELS_RANGE');
    }
    judge.same('the variable', await valuesOf(kernel), before);
  },
});

function withLabel(batch: Batch, label: number): Batch {
  return {
    ...batch,
    labels: { ...batch.labels, values: batch.labels.values.map((value, i) => (i === 1 ? label : value)) },
  };
}

/** The same values, of which a GPU alone knows. */
function copyOnDevice(tensor: Tensor): Tensor {
  return tidy(() => mul(tensor, tensorOf(filled([], 1), tensor.dtype as 'float32')));
}

/** A head in the middle of its work, and the demand that nothing of it has changed. */
async function situationOf({
  subject,
  judge,
}: CheckContext): Promise<{ situation: Situation; unchanged: () => Promise<void> }> {
  const head = headOf(subject);
  const batch = batchOf(subject, head, 3);
  const tensors = tensorsOf(subject, batch);
  const metrics = updated(head, head.metrics(), tensors);
  const results = await resultsOf(metrics);
  const state = (await Object.values(metrics)[0]?.state()) as MetricState;
  const k = head.logitsDimension;
  const kernel = tidy(() => variable(tensorOf(filled([2, k], 0.5))));
  const run = product(tensorOf(filled([3, 2], 0.25)));
  const right = {
    mode: ModeKeys.TRAIN,
    labels: tensors.labels,
    features: tensors.features,
    optimizer: { applyGradients: (): void => undefined },
    trainableVariables: [kernel],
  };
  const train: Situation['train'] = ({ logits, ...wrong }) =>
    head.createEstimatorSpec({
      ...right,
      ...wrong,
      logits: logits === 'tensor' ? tensors.logits : () => run(kernel),
    } as never);
  const unchanged = async (): Promise<void> => {
    judge.same('the metrics after the error', Object.values(await resultsOf(metrics)), Object.values(results));
    judge.same('the variable after the error', await valuesOf(kernel), filled([2 * k], 0.5).values);
    judge.same('the logits after the error', await tensors.logits.data(), batch.logits.values);
    judge.same('the labels after the error', await tensors.labels.data(), batch.labels.values);
  };
  return { situation: { subject, head, tensors, metrics, state, train }, unchanged };
}

/** A shape in full, however it is written: `[2,3]`, `2, 3`, `(2 3)`. */
function namesIt({ judge }: CheckContext, what: string, { message }: HeadError, named: WrongCall['named']): void {
  if (named === undefined) return;
  const isNamed =
    typeof named === 'string'
      ? message.includes(named)
      : new RegExp(String.raw`(?<!\d)${named.join(String.raw`[\s,x]+`)}(?!\d)`).test(message);
  const text = typeof named === 'string' ? `'${named}'` : `the shape [${named.join()}]`;
  judge.that(isNamed, `${what}: the message must name ${text}, but is: ${message}`);
}
