import { mul, tidy, train as optimizersOfTfjs, type Tensor } from '@tensorflow/tfjs-core';
import {
  ModeKeys,
  type EvalSpec,
  type HeadError,
  type Labels,
  type MetricState,
  type SparseTensor,
} from '@tfjs-heads/head-api';
import { logitsIn, mapParts, pickRows, tensorOf, tensorsOf, type Batch, type LabelValues } from '../../batch.js';
import { labelClaims } from '../../draw-batch.js';
import { Failure } from '../../judge.js';
import type { NamedSubject } from '../../subject.js';
import { check, type Check, type CheckContext } from '../check.js';
import { batchFor, countedOf, headOf, labelClaimsOf } from './claims.js';
import { coded, codedErrorOf, sameLabels } from './compare.js';
import { held, heldAgain, resultsOf, updated, readNumbers } from '../outcome.js';
import { modelFor, networkFor } from './spec-model.js';
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
    judge.that(calls.length > 0, `${code}: nothing was called that a head must refuse so`);
    const before = held();
    for (const { what, run, named } of calls) {
      const error = codedErrorOf(judge, what, run);
      // A head of sequences hands its weights on as any feature: what is wrong with them may be what is wrong with a feature.
      const isFeature = context.subject.mask !== undefined && code.startsWith('WEIGHTS_');
      judge.equal(`the code for ${what}`, isFeature && error.code === 'FEATURES_INVALID' ? code : error.code, code);
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
    const { head, metrics, batch } = situation;
    const { logits, labels, features } = tensorsOf(pickRows(batch, []));
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
  cases: (subject) => outOfRange(subject).flatMap((wrong) => ['host', 'device'].map((from) => ({ ...wrong, from }))),
  async run(context, { label, of = '', from }) {
    const isWhole = labelClaimsOf(context.subject, of).labels === 'class'; // int32 has no NaN
    for (const bad of new Set(isWhole ? [Number(label)] : [Number(label), NaN]))
      await refusesLabel(context, bad, of, from);
  },
});

async function refusesLabel(
  { subject, judge, backend }: CheckContext,
  label: number,
  of: string,
  from: string,
): Promise<void> {
  const head = headOf(subject);
  const { logits, labels: uploaded, features } = tensorsOf(withLabel(subject, batchFor(subject, head, 3), label, of));
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

/** The error may come too late for the step, but then nothing must have come of it. */
export const labelsRangeTrains: Check = check({
  states: 'A training step on labels out of range changes no variable.',
  cases: outOfRange,
  async run({ subject, judge }, { label, of }) {
    const { head, batch, kernel, logits } = modelFor(subject);
    const { labels, features } = tensorsOf(withLabel(subject, batch, Number(label), of));
    const before = await readNumbers(kernel);
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
    judge.same('the variable', await readNumbers(kernel), before);
  },
});

/** The labels that each head claims to refuse. A case goes to another process as JSON, which has no NaN and no infinity. */
function outOfRange(subject: NamedSubject): { readonly label: number | string; readonly of?: string }[] {
  return labelClaims(subject).flatMap(([name, { labelsOutOfRange = [] }]) =>
    labelsOutOfRange.map((label) => ({
      label: Number.isFinite(label) ? label : String(label),
      ...(name !== '' && { of: name }),
    })),
  );
}

/** One label of a head replaced: not the first one, and one that counts. */
function withLabel(subject: NamedSubject, batch: Batch, label: number, of = ''): Batch {
  const replaced = (labels: LabelValues): LabelValues => {
    const counted = labels.indices === undefined ? countedOf(subject, batch) : undefined;
    const counts = labels.values.map(
      (_, i) => counted === undefined || counted[Math.floor((i * counted.length) / labels.values.length)] === 1,
    );
    const place = Math.max(counts.indexOf(true, 1), 0);
    return { ...labels, values: labels.values.map((value, i) => (i === place ? label : value)) };
  };
  return { ...batch, labels: mapParts(batch.labels, (labels, name) => (name === of ? replaced(labels) : labels)) };
}

/** The same values, of which a GPU alone knows. Words are the host's. */
function copyOnDevice(given: Labels): Labels {
  const copied = <T extends Tensor>(values: T): T =>
    values.dtype === 'string'
      ? values
      : tidy(() => mul(values, tensorOf({ shape: [], values: [1], dtype: values.dtype as 'int32' })));
  return mapParts<Tensor | SparseTensor, Tensor | SparseTensor>(given, (part) =>
    'denseShape' in part ? { ...part, values: copied(part.values) } : copied(part),
  );
}

/** A head in the middle of its work, and the demand that nothing of it has changed. */
async function situationOf({
  subject,
  judge,
}: CheckContext): Promise<{ situation: Situation; unchanged: () => Promise<void> }> {
  const head = headOf(subject);
  const batch = batchFor(subject, head, 3);
  const tensors = tensorsOf(batch);
  const metrics = updated(head, head.metrics(), tensors);
  const results = await resultsOf(metrics);
  const state = (await Object.values(metrics)[0]?.state()) as MetricState;
  const { kernel, logits: run } = networkFor(batch);
  const start = await readNumbers(kernel);
  const right = {
    mode: ModeKeys.TRAIN,
    labels: tensors.labels,
    features: tensors.features,
    optimizer: { applyGradients: (): void => undefined },
    trainableVariables: [kernel],
  };
  const train: Situation['train'] = ({ logits, ...wrong }) =>
    head.createEstimatorSpec({ ...right, ...wrong, logits: logits === 'tensor' ? tensors.logits : run } as never);
  const unchanged = async (): Promise<void> => {
    judge.same('the metrics after the error', Object.values(await resultsOf(metrics)), Object.values(results));
    judge.same('the variable after the error', await readNumbers(kernel), start);
    judge.same('the logits after the error', await readNumbers(tensors.logits), logitsIn(batch));
    await sameLabels(judge, 'the labels after the error', tensors.labels, batch);
  };
  return { situation: { subject, head, batch, tensors, metrics, state, train }, unchanged };
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
