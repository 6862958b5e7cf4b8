import { engine, exp, round, sigmoid, sub, tidy, type DataId, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type SparseTensor } from '@tfjs-heads/head-api';
import type { LabelKind, Values } from '@tfjs-heads/reference';
import {
  labelTensors,
  madeByDevice,
  mapParts,
  mapped,
  partsOf,
  tensorOf,
  tensorsOf,
  WEIGHT,
  type Batch,
  type BatchTensors,
  type PerHead,
} from '../../batch.js';
import type { NamedSubject } from '../../subject.js';
import { check, type Check } from '../check.js';
import { gradientOf, resultsOf, toPredict, updated, readNumbers } from '../outcome.js';
import { batchFor, headOf, labelClaimsOf } from './claims.js';
import { networkFor } from './spec-model.js';

/** What a backend or the engine has, as far as reading goes. */
interface Reader {
  read(dataId: DataId): Promise<unknown>;
  readSync(dataId: DataId): unknown;
}

/** The reads since the watch began: blocking ones with what they read, and how many others. */
interface Watch {
  readonly blocking: DataId[];
  readonly asynchronous: DataId[];
  end(): void;
}

/** Watches the reads of something. A blocking read that an asynchronous one consists of, as on cpu, is none. */
function watch(reader: Reader): Watch {
  const { read, readSync } = reader;
  const own = { read: Object.hasOwn(reader, 'read'), readSync: Object.hasOwn(reader, 'readSync') };
  const [blocking, asynchronous]: [DataId[], DataId[]] = [[], []];
  let within = 0;
  reader.read = (dataId) => {
    asynchronous.push(dataId);
    within++;
    try {
      return read.call(reader, dataId);
    } finally {
      within--;
    }
  };
  reader.readSync = (dataId) => {
    if (within === 0) blocking.push(dataId);
    return readSync.call(reader, dataId);
  };
  const end = (): void => {
    for (const [name, original] of Object.entries({ read, readSync })) {
      if (own[name as keyof Reader]) Object.assign(reader, { [name]: original });
      else delete (reader as Partial<Reader>)[name as keyof Reader];
    }
  };
  return { blocking, asynchronous, end };
}

/** Where values lie on another device, a read stalls until all that was asked of it before is done. */
export const noBlockingRead: Check = check({
  states: 'Nothing is read with a blocking call; but labels may be, where all values lie in this process.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge, backend }, { rows }) {
    const head = headOf(subject);
    const { tensors, batch } = await madeOnDevice(subject, batchFor(subject, head, rows));
    const { logits, labels, features } = tensors;
    const { kernel, logits: run } = networkFor(batch);
    const onDevice = backend.capabilities.includes('device-memory');
    const watched = watch((onDevice ? engine().backend : engine()) as unknown as Reader);
    try {
      head.loss(labels, logits, { features });
      gradientOf(head, tensors);
      head.predictions(logits);
      await resultsOf(updated(head, head.metrics(), tensors));
      head.createEstimatorSpec(toPredict(subject, tensors));
      const evaluation = head.createEstimatorSpec({ mode: ModeKeys.EVAL, ...tensors });
      if (evaluation.mode === ModeKeys.EVAL) await resultsOf(evaluation.evalMetricOps);
      const optimizer = { applyGradients: (): void => undefined };
      const args = { labels, features, logits: run, optimizer, trainableVariables: [kernel] };
      const training = head.createEstimatorSpec({ mode: ModeKeys.TRAIN, ...args });
      if (training.mode === ModeKeys.TRAIN) training.trainOp();
    } finally {
      watched.end();
    }
    const bad = watched.blocking.filter(
      (dataId) => onDevice || labelTensors(labels).every((tensor) => dataId !== tensor.dataId),
    );
    judge.that(bad.length === 0, `${bad.length} blocking reads${onDevice ? '' : ' of other values than the labels'}`);
  },
});

export const oneRead: Check = check({
  states:
    'The metrics of a batch take one read at most, however many they are; that of labels to check them aside, where all values lie in this process.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge, backend }, { rows }) {
    const head = headOf(subject);
    const { tensors } = await madeOnDevice(subject, batchFor(subject, head, rows));
    const watched = watch(engine() as unknown as Reader);
    try {
      await resultsOf(updated(head, head.metrics(), tensors));
    } finally {
      watched.end();
    }
    const onDevice = backend.capabilities.includes('device-memory');
    const blocking = watched.blocking.filter(
      (dataId) => onDevice || labelTensors(tensors.labels).every((tensor) => dataId !== tensor.dataId),
    );
    const reads = watched.asynchronous.length + blocking.length;
    judge.that(reads <= 1, `${reads} reads`);
  },
});

/** A tensor that an op has made on the device, and its values, read from a twin: the read one may have become a host's. */
export interface Made {
  readonly tensor: Tensor;
  readonly values: Values;
}

export async function made(values: Values, op: (x: Tensor) => Tensor): Promise<Made> {
  const make = (): Tensor => tidy(() => op(tensorOf(values)));
  return { tensor: make(), values: { shape: values.shape, values: await readNumbers(make()) } };
}

/** How each part is made on the device, by ops that take 0 to something else: they leave it in the padding of a texture. */
const ops: Readonly<Record<'logits' | 'weights' | Exclude<LabelKind, 'class'>, (x: Tensor) => Tensor>> = {
  logits: (x) => sub(1.5, exp(x)),
  weights: (x) => exp(x),
  real: (x) => sub(exp(x), 2),
  positive: (x) => exp(x),
  count: (x) => round(exp(x)),
  probability: (x) => sigmoid(x),
  binary: (x) => round(sigmoid(x)),
};

/** A batch as ops on the device make it from the numbers of another one, and its numbers. Class ids and words are uploaded. */
export async function madeOnDevice(
  subject: NamedSubject,
  from: Batch,
): Promise<{ tensors: BatchTensors; batch: Batch }> {
  const uploaded = tensorsOf(from);
  const logits = await madeParts(from.logits, () => ops.logits);
  const labels = await madeParts(from.labels, (name) => {
    const { labels: kind = 'real' } = labelClaimsOf(subject, name);
    return kind === 'class' ? undefined : ops[kind];
  });
  const weights = from.weights && (await made(small(from.weights), ops.weights));
  return {
    tensors: {
      logits: mapParts(from.logits, (_, name) => logits.get(name)?.tensor as Tensor),
      labels: mapParts<Tensor | SparseTensor, Tensor | SparseTensor>(
        uploaded.labels,
        (part, name) => labels.get(name)?.tensor ?? part,
      ),
      features: { ...(weights && { [WEIGHT]: weights.tensor }), ...mapped(from.features ?? {}, madeByDevice) },
    },
    batch: {
      ...from,
      logits: mapParts(from.logits, (part, name) => logits.get(name)?.values ?? part),
      labels: mapParts(from.labels, (part, name) => labels.get(name)?.values ?? part),
      ...(weights && { weights: weights.values }),
    },
  };
}

/** The parts that there is an op for, by the name of their head. */
async function madeParts(
  given: PerHead<Values>,
  opOf: (name: string) => ((x: Tensor) => Tensor) | undefined,
): Promise<Map<string, Made>> {
  const parts = new Map<string, Made>();
  for (const [name, part] of partsOf(given)) {
    const op = opOf(name);
    if (op !== undefined) parts.set(name, await made(small(part), op));
  }
  return parts;
}

/** So that exp stays small. */
function small({ shape, values }: Values): Values {
  return { shape, values: values.map((value) => value / (1 + Math.abs(value))) };
}
