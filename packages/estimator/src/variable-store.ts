import { engine, tidy, variable as makeVariable } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable, TrainableVariable } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError, isTensor, quote, shapeText } from '@tfjs-heads/head-kit';
import { glorotUniform, type Initializer } from './initializers.js';

/** How {@link VariableStore.variable} makes a variable. */
export interface VariableOptions {
  /** Whole numbers, at least 0. */
  readonly shape: readonly number[];
  /** What it starts with. Default: {@link glorotUniform}. */
  readonly initializer?: Initializer | undefined;
  /** Whether an optimizer may change it. Default: true. */
  readonly trainable?: boolean | undefined;
}

const OPTIONS = ['shape', 'initializer', 'trainable'] as const;

/**
 * What a model keeps from one batch to the next: its variables by name, and what is made once, such as a model of tfjs-layers or an
 * optimizer. Checkpoints hold all of it. It is given to a `modelFn`, which is called for each batch.
 *
 * ```ts
 * const modelFn: ModelFn = ({ features, labels, mode, store }) => {
 *   const model = store.once('model', () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] }));
 *   return head.createEstimatorSpec({
 *     features, labels, mode,
 *     logits: () => model.apply(features.x) as tf.Tensor,
 *     optimizer: store.once('optimizer', () => new Adagrad({ learningRate: 0.1 })),
 *     trainableVariables: store.trainableVariables(),
 *   });
 * };
 * ```
 */
export class VariableStore {
  readonly #seed: number;
  readonly #variables = new Map<string, Variable>();
  readonly #things = new Map<string, unknown>();

  /** @param seed Of what variables start with: one seed, the same numbers, on every backend. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * The variable of a name, float32, made where there is none yet. It stays the store's.
   *
   * @param name As in the original, `dnn/hiddenlayer_0/kernel`.
   * @throws INVALID_ARGUMENT, also for a second shape under one name
   */
  variable(name: string, options: VariableOptions): Variable {
    const { shape, initializer = glorotUniform, trainable = true } = checkOptions('variable', options, OPTIONS);
    if (typeof name !== 'string' || name === '') throw invalid('the name', 'a string that is not empty', name);
    checkShape(name, shape);
    const known = this.#variables.get(name);
    if (known === undefined) {
      const made = this.#make(name, shape, initializer, trainable);
      this.#variables.set(name, made);
      return made;
    }
    if (shapeText(known.shape) !== shapeText(shape)) {
      throw headError(
        'INVALID_ARGUMENT',
        `variable ${quote(name)} has the shape ${shapeText(known.shape)}, and must keep it, got ${shapeText(shape)}.`,
      );
    }
    return known;
  }

  /**
   * What `make` gave when it was called first. Of a model of tfjs-layers checkpoints hold the weights, of an optimizer its state, of a
   * variable its values; of anything else nothing.
   *
   * @throws INVALID_ARGUMENT, and what `make` throws
   */
  once<T>(key: string, make: () => T): T {
    if (typeof key !== 'string' || key === '') throw invalid('the key', 'a string that is not empty', key);
    if (typeof make !== 'function') throw invalid(`what makes ${quote(key)}`, 'a function', make);
    if (!this.#things.has(key)) {
      // What it makes of tensors, such as the weights of a model, lives beyond the batch.
      const made = outsideOfScopes(make);
      this.#things.set(key, made);
    }
    return this.#things.get(key) as T;
  }

  /** The variables that may be trained, in the order in which they were made; those whose names begin with `prefix`. */
  trainableVariables(prefix = ''): readonly TrainableVariable[] {
    return this.all().flatMap(({ name, of }) => (of.trainable && name.startsWith(prefix) ? of : []));
  }

  /** All variables by the names that checkpoints have them under, in the order in which they were made; not those of optimizers. */
  all(): readonly { readonly name: string; readonly of: TrainableVariable }[] {
    const ofThings = [...this.#things].flatMap(([key, thing]) =>
      weightsOf(thing).map((of, i) => ({ name: `${key}/${plainName(of, i)}`, of })),
    );
    return [...[...this.#variables].map(([name, of]) => ({ name, of })), ...unlike(ofThings)];
  }

  /** What was made once and has a state of its own, by key. */
  optimizers(): readonly { readonly key: string; readonly optimizer: StatefulOptimizer }[] {
    return [...this.#things].flatMap(([key, optimizer]) => (isStateful(optimizer) ? { key, optimizer } : []));
  }

  /** Releases the variables, and what was made once as far as it can be. */
  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    for (const thing of this.#things.values()) release(thing);
    this.#variables.clear();
    this.#things.clear();
  }

  #make(name: string, shape: readonly number[], initializer: Initializer, trainable: boolean): Variable {
    return tidy(() => {
      const start: unknown = initializer(shape, seedOf(this.#seed, name));
      if (!isTensor(start) || start.dtype !== 'float32' || shapeText(start.shape) !== shapeText(shape)) {
        throw invalid(
          `what the initializer of ${quote(name)} gives`,
          `a float32 tensor of shape ${shapeText(shape)}`,
          start,
        );
      }
      return makeVariable(start, trainable, freeName(name));
    });
  }
}

/** What a checkpoint asks of an optimizer: tfjs' own have it, and those of tfjs-heads. */
export interface StatefulOptimizer {
  getWeights(): Promise<{ name: string; tensor: Tensor }[]>;
  setWeights(weights: { name: string; tensor: Tensor }[]): Promise<void>;
}

function isStateful(thing: unknown): thing is StatefulOptimizer {
  const { getWeights, setWeights, applyGradients } = (thing ?? {}) as Readonly<Record<string, unknown>>;
  return [getWeights, setWeights, applyGradients].every((method) => typeof method === 'function');
}

/** tfjs-layers refuses to dispose of a layer that no model has: then its weights are. */
function release(thing: unknown): void {
  try {
    (thing as { dispose?: () => void } | null | undefined)?.dispose?.();
  } catch {
    for (const weight of weightsOf(thing)) (weight as { dispose?: () => void }).dispose?.();
  }
}

/** The weights of a model or layer of tfjs-layers, or a variable that stands alone. */
function weightsOf(thing: unknown): readonly TrainableVariable[] {
  if (isTensor(thing) && 'assign' in thing) return [thing as Variable];
  const { weights } = (thing ?? {}) as Readonly<Record<string, unknown>>;
  return Array.isArray(weights) ? weights.filter(isLayerVariable) : [];
}

function isLayerVariable(given: unknown): given is LayerVariable {
  const { read, write } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return typeof read === 'function' && typeof write === 'function';
}

/** The name of a weight without the number that a second model of a program has: `dense/kernel` of `dense_Dense2/kernel_1`. */
function plainName(of: TrainableVariable, i: number): string {
  const name = (of as { originalName?: string }).originalName ?? of.name;
  return name === ''
    ? String(i)
    : name.replace(/^([^/]*?)(?:_[A-Z][A-Za-z0-9]*?\d+)?(?=\/)/, '$1').replace(/_\d+$/, '');
}

/** Adds numbers to names that are there twice. */
function unlike<T extends { readonly name: string }>(named: readonly T[]): readonly T[] {
  const seen = new Map<string, number>();
  return named.map((one) => {
    const count = seen.get(one.name) ?? 0;
    seen.set(one.name, count + 1);
    return count === 0 ? one : { ...one, name: `${one.name}_${count}` };
  });
}

/** The engine has each name once, for all programs in it. */
function freeName(name: string): string {
  const { registeredVariables } = engine();
  for (let count = 0; ; count++) {
    const tried = count === 0 ? name : `${name}_${count}`;
    if (!Object.hasOwn(registeredVariables, tried)) return tried;
  }
}

/** FNV-1a of the name on top of a seed: what is drawn under a name is alike whatever else there is. */
export function seedOf(seed: number, name: string): number {
  let hash = 2_166_136_261 ^ seed;
  for (const char of new TextEncoder().encode(name)) hash = Math.imul(hash ^ char, 16_777_619);
  return hash >>> 0;
}

/** Runs a function whose tensors no `tidy` around it releases. */
function outsideOfScopes<T>(make: () => T): T {
  const { state } = engine() as unknown as { state: { activeScope: unknown; scopeStack: unknown[] } };
  const { activeScope, scopeStack } = state;
  Object.assign(state, { activeScope: undefined, scopeStack: [] });
  try {
    return make();
  } finally {
    Object.assign(state, { activeScope, scopeStack });
  }
}

function checkShape(name: string, shape: unknown): void {
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape) throw invalid(`the shape of ${quote(name)}`, 'a list of whole numbers, at least 0', shape);
}

function invalid(what: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `VariableStore: ${what} must be ${expected}, got ${describeValue(got)}.`);
}
