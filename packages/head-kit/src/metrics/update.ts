import { clone, keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe } from '../checks/describe.js';
import { isMap, isPromise } from '../checks/kinds.js';
import { checkTensor } from '../checks/tensor.js';
import { carryChecks, checkedBy, readAlone } from '../device-check.js';
import { headError } from '../error.js';
import { type HostTensor, type HostTensors, joined, type Question, readList } from '../read-tensors.js';
import { scoped } from '../scoped.js';
import type { RowSums } from './accumulator.js';

/** A batch for some metrics: what to read, and what they then add. */
export interface MetricsUpdate {
  /** By names of its own. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metrics: readonly Receiver[];
  /** What each of the metrics adds. Throws before any has added: a batch counts whole or not at all. */
  sumsOf(read: HostTensors): readonly RowSums[];
}

/** What is asked of a metric: see `StreamingMetric`. */
export interface Receiver {
  receive(added: RowSums | PromiseLike<RowSums>): void;
}

/** What is read beside the batches of some updates, to change what these count: see {@link updateTogether}. */
export interface ReadBefore {
  /** By names of its own. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** What a batch is to its metrics: with some of its rows left out, say. Throws for what is to count nowhere. */
  change(batch: HostTensors, read: HostTensors): HostTensors;
}

/** Takes the updates that wait for one read, while {@link updateTogether} or {@link holdUpdates} collects them. */
let waiting: { push(...updates: readonly MetricsUpdate[]): unknown } | undefined;

/** Updates metrics, at once or together with others. The tensors may be disposed of as soon as this returns. */
export function updateNow(update: MetricsUpdate): void {
  if (waiting === undefined) carryOut([update]);
  // Copies share their data. The tensors themselves may be gone when all have come.
  else waiting.push({ ...update, tensors: mapTensors(update.tensors, copyToKeep) });
}

/**
 * Updates the metrics of several heads with one read, for a head made of heads: what is updated in `run` by heads and metrics
 * of this package is read together when it ends. If it throws, or any of the batches is refused, none of those metrics has
 * changed. Other heads are simply called.
 *
 * ```ts
 * updateTogether(() => {
 *   for (const head of heads) head.updateMetrics(metricsOf(head), features, logitsOf(head), labelsOf(head));
 * });
 * ```
 *
 * @param before What is read with them, and changes what they count. Default: they count what they read.
 * @throws What `run` throws; INVALID_ARGUMENT where it is an asynchronous function, or `before` is not what it must be;
 *   TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function updateTogether(run: () => void, before?: ReadBefore): void {
  if (waiting !== undefined) return collect(run, before, waiting); // whoever is around it reads
  const collected: MetricsUpdate[] = [];
  const questions: Question[] = [];
  const ask = (valid: Tensor): Promise<boolean> =>
    new Promise((resolve, reject) => void questions.push({ valid, resolve, reject }));
  let isAsked = false;
  try {
    const result: unknown = scoped(() => checkedBy(ask, () => collect(run, before, collected)));
    if (isPromise(result))
      throw headError(
        'INVALID_ARGUMENT',
        'updateTogether takes a function that updates at once, got one that returns a promise.',
      );
    isAsked = true;
    carryOut(collected, questions);
  } finally {
    if (!isAsked) for (const { valid, resolve, reject } of questions) void readAlone(valid).then(resolve, reject);
    collected.forEach(discard);
  }
}

/** The sums of a batch that somebody else hands on. */
const NEVER: Promise<never> = /*#__PURE__*/ new Promise(() => undefined);

/**
 * Runs something whose updates of metrics of this package are not carried out but given back: what they read, which whoever calls this owns, and what
 * the metrics are to {@link Receiver.receive} of it. The metrics take the batch for one that is still being read, for ever. So a step that updates metrics can be
 * recorded, which one that reads values cannot: its tensors are results like others, and its sums are those of any batch of these shapes.
 *
 * ```ts
 * const { returned: spec, updates } = holdUpdates(() => head.createEstimatorSpec({ mode: 'eval', features, labels, logits }));
 * const [{ tensors, sumsOf }] = updates;
 * sumsOf(await readTensors(tensors)); // for each of the metrics what it is to receive
 * ```
 *
 * @throws what `run` throws; nothing is held then
 */
export function holdUpdates<T>(run: () => T): { readonly returned: T; readonly updates: readonly MetricsUpdate[] } {
  const updates: MetricsUpdate[] = [];
  const outside = waiting;
  waiting = {
    push(...added) {
      for (const { metrics } of added) for (const metric of metrics) metric.receive(NEVER);
      updates.push(...added);
    },
  };
  try {
    return { returned: run(), updates };
  } catch (error) {
    updates.forEach(discard);
    throw error;
  } finally {
    waiting = outside;
  }
}

/** Runs something, whose updates then wait among others; none of them where it throws. */
function collect(run: () => void, before: ReadBefore | undefined, among: Exclude<typeof waiting, undefined>): void {
  if (before !== undefined) checkBefore(before);
  const outside = waiting;
  const added: MetricsUpdate[] = [];
  waiting = added;
  let result: void;
  try {
    result = run();
  } catch (error) {
    added.forEach(discard);
    throw error;
  } finally {
    waiting = outside;
  }
  among.push(...(before === undefined ? added : added.map((update) => after(before, update))));
  return result;
}

function checkBefore({ tensors, change }: ReadBefore): void {
  if (!isMap(tensors) || typeof change !== 'function') {
    throw headError(
      'INVALID_ARGUMENT',
      `before must have a map of tensors and a function change, got ${describe(tensors)} and ${describe(change)}.`,
    );
  }
  for (const [name, tensor] of Object.entries(tensors))
    checkTensor(`before.tensors['${name}']`, tensor, 'a tensor', 'INVALID_ARGUMENT');
}

/** An update holds copies, of which somebody must dispose. */
function discard({ tensors }: MetricsUpdate): void {
  mapTensors(tensors, (tensor) => tensor.dispose());
}

function after({ tensors, change }: ReadBefore, update: MetricsUpdate): MetricsUpdate {
  const depth = Object.keys(update.tensors).length; // of its own for each change around an update
  const key = (name: string): string => `before ${depth}/${name}`;
  const all = { ...update.tensors };
  for (const [name, tensor] of Object.entries(tensors)) all[key(name)] = copyToKeep(tensor);
  return {
    ...update,
    tensors: all,
    sumsOf(read) {
      const pick = (names: string[], at: (name: string) => string): HostTensors =>
        Object.fromEntries(names.map((name) => [name, read[at(name)] as HostTensors[string]]));
      return update.sumsOf(
        change(
          pick(Object.keys(update.tensors), (name) => name),
          pick(Object.keys(tensors), key),
        ),
      );
    },
  };
}

function copyToKeep(tensor: Tensor): Tensor {
  return carryChecks(keep(clone(tensor)), [tensor]);
}

function carryOut(updates: readonly MetricsUpdate[], questions: readonly Question[] = []): void {
  const read = readList(joined(updates.map(({ tensors }) => Object.values(tensors))), questions);
  // Of all metrics in a row.
  const sumsOf = (values: readonly HostTensor[]): readonly RowSums[] => {
    let index = 0;
    return joined(
      updates.map((update) => {
        const batch: Record<string, HostTensor> = {};
        for (const name of Object.keys(update.tensors)) batch[name] = values[index++] as HostTensor;
        return update.sumsOf(batch);
      }),
    );
  };
  const metrics = joined(updates.map((update) => update.metrics));
  if (isPromise(read)) {
    const sums = read.then(sumsOf);
    void sums.then(undefined, () => undefined); // perhaps no metric waits for it, but a check that has the error
    metrics.forEach((metric, index) => metric.receive(sums.then((all) => all[index] as RowSums)));
  } else {
    const sums = sumsOf(read);
    metrics.forEach((metric, index) => metric.receive(sums[index] as RowSums));
    for (const added of sums) added.done?.();
  }
}

function mapTensors<T>(tensors: Readonly<Record<string, Tensor>>, map: (tensor: Tensor) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor)]));
}
