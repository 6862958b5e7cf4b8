import { clone, dispose, engine, fill, Optimizer, scalar, tidy, util } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, serialization, Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkLive, describeValue, headError, isMap, isTensor, listOf, quote, shapeText } from '@tfjs-heads/head-kit';
import { notNegative } from './check-numbers.js';
import { runUpdate } from './update-kernel.js';
import type { Scalars, UpdateRule, UpdateSource } from './update-rule.js';

/** The options that all optimizers have. */
export interface BaseOptions {
  /** How far a step goes. Default: 0.001, for SGD 0.01. */
  readonly learningRate?: number | undefined;
}

/** The names of {@link BaseOptions}. */
export const BASE_OPTIONS: readonly (keyof BaseOptions)[] = ['learningRate'];

/** A gradient by the name of its variable; one that there is none of is `null` or missing. */
export interface NamedGradient {
  readonly name: string;
  readonly tensor: Tensor | null | undefined;
}

/** A variable, its gradient, and what is remembered of it. */
interface Update {
  readonly variable: Variable;
  readonly gradient: Tensor;
}

/** What is remembered of one variable, by the names of the rule. */
type Slots = Readonly<Record<string, Variable>>;

/**
 * What the optimizers of this package have in common: an `Optimizer` of tfjs that finds what it remembers of a variable by
 * the variable's name, and updates each variable by one kernel.
 */
export abstract class BaseOptimizer extends Optimizer implements UpdateSource {
  #iterations = 0;
  #learningRate: number;
  readonly #slots = new Map<string, { of: Variable | undefined; readonly slots: Slots }>();

  constructor(className: string, { learningRate }: { readonly learningRate: number }) {
    super();
    this.#learningRate = notNegative(`${className}: learningRate`, learningRate);
  }

  /** What is computed. */
  abstract readonly rule: UpdateRule;

  /** The numbers of the rule at a step, from 0, in doubles. */
  protected abstract scalarsAt(step: number, rate: number): Scalars;

  /** What a slot starts with. */
  protected startOf(_slot: string): number {
    return 0;
  }

  /** The learning rate; what is set counts from the next step on. */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(rate: number) {
    this.#learningRate = notNegative(`${this.getClassName()}: learningRate`, rate);
  }

  /** How many steps have been taken. */
  override get iterations(): number {
    return this.#iterations;
  }

  scalarsFor(_variable: string): Scalars {
    const step = this.iterations;
    return { ...this.scalarsAt(step, this.#learningRate), decay: 0, clipvalue: Infinity };
  }

  advance(): void {
    this.#iterations++;
  }

  /** As in tfjs; when an update fails, the gradients do not stay behind. */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    const { value, grads } = this.computeGradients(f, varList);
    try {
      this.applyGradients(grads);
    } catch (error) {
      value.dispose();
      throw error;
    } finally {
      dispose(grads);
    }
    if (returnCost) return value;
    value.dispose();
    return null;
  }

  /**
   * Takes one step: updates each variable that has a gradient.
   *
   * @param gradients By the names of the variables, which are registered with the engine; float32, in the shape of the
   *   variable. A variable whose gradient is null or undefined is left alone. An empty map or list does nothing.
   * @throws GRADIENTS_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN; then nothing has changed
   */
  override applyGradients(gradients: NamedTensorMap | readonly NamedGradient[]): void {
    const updates = checkGradients(this.getClassName(), gradients);
    if (updates.length === 0) return;
    tidy(() => {
      for (const { variable, gradient } of updates) {
        const { name } = variable;
        const slots = this.#slotsOf(variable);
        const attributes = { rule: this.rule, scalars: this.scalarsFor(name), source: this, variable: name };
        const [next, ...nextSlots] = runUpdate({ variable, gradient, ...slots }, attributes);
        variable.assign(next);
        this.rule.slots.forEach((slot, i) => slots[slot]?.assign(nextSlots[i] as Tensor));
      }
    });
    this.advance();
  }

  #slotsOf(variable: Variable): Slots {
    const known = this.#slots.get(variable.name);
    if (known !== undefined && (known.of === undefined || known.of === variable)) {
      known.of = variable;
      return known.slots;
    }
    if (known !== undefined) dispose(known.slots); // of a variable that is gone, whose name another one has now
    const make = (slot: string): Variable => fill(variable.shape, this.startOf(slot)).variable(false);
    const slots = Object.fromEntries(this.rule.slots.map((slot) => [slot, make(slot)]));
    this.#slots.set(variable.name, { of: variable, slots });
    return slots;
  }

  /** Releases the slots. The variables are not the optimizer's. */
  override dispose(): void {
    for (const { slots } of this.#slots.values()) dispose(slots);
    this.#slots.clear();
  }

  /**
   * The state: `iter`, a scalar int32 of how many steps were taken, and the slots, by the name of their variable and their
   * own: `dense/kernel/m`. The caller owns the tensors.
   */
  override async getWeights(): Promise<{ name: string; tensor: Tensor }[]> {
    const slots = [...this.#slots].flatMap(([variable, { slots: named }]) =>
      Object.entries(named).map(([slot, tensor]) => ({ name: `${variable}/${slot}`, tensor: clone(tensor as Tensor) })),
    );
    return [await this.saveIterations(), ...slots];
  }

  override async saveIterations(): Promise<{ name: string; tensor: Tensor }> {
    return { name: 'iter', tensor: scalar(this.#iterations, 'int32') };
  }

  override getConfig(): serialization.ConfigDict {
    return { learningRate: this.learningRate };
  }

  /** An optimizer with the settings of another, as {@link getConfig} tells them. */
  static override fromConfig<T extends serialization.Serializable>(
    make: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new make(config);
  }
}

/** The updates that gradients ask for, all of them checked before the first is made. */
function checkGradients(optimizer: string, given: unknown): readonly Update[] {
  const list = listOf(given) ?? (isMap(given) ? entriesOf(given) : undefined);
  if (list === undefined) {
    throw headError(
      'GRADIENTS_INVALID',
      `${optimizer}: gradients must be a map from the names of variables to tensors, or a list of { name, tensor }, got ${describeValue(given)}.`,
    );
  }
  const names = new Set<string>();
  const updates = list.flatMap((entry, index): readonly Update[] => {
    const { name, tensor } = checkEntry(optimizer, entry, index);
    if (names.has(name))
      throw headError(
        'GRADIENTS_INVALID',
        `${optimizer}: each variable must have one gradient, got two of ${quote(name)}.`,
      );
    names.add(name);
    return tensor === null || tensor === undefined ? [] : [checkGradient(optimizer, name, tensor)];
  });
  if (updates.length === 0 && list.length > 0) {
    throw headError(
      'GRADIENTS_INVALID',
      `${optimizer}: at least one of the variables ${[...names].map(quote).join(', ')} must have a gradient, got none.`,
    );
  }
  return updates;
}

function entriesOf(map: Readonly<Record<string, unknown>>): readonly { name: string; tensor: unknown }[] {
  return Object.entries(map).map(([name, tensor]) => ({ name, tensor }));
}

function checkEntry(optimizer: string, entry: unknown, index: number): { name: string; tensor: unknown } {
  if (isMap(entry) && typeof entry['name'] === 'string') return { name: entry['name'], tensor: entry['tensor'] };
  throw headError(
    'GRADIENTS_INVALID',
    `${optimizer}: gradients[${index}] must be { name, tensor }, got ${describeValue(entry)}.`,
  );
}

function checkGradient(optimizer: string, name: string, gradient: unknown): Update {
  const variable = engine().registeredVariables[name];
  const whose = `${optimizer}: the gradient of ${quote(name)}`;
  if (variable === undefined)
    throw headError('GRADIENTS_INVALID', `${whose} must be that of a live variable, got a name that no variable has.`);
  checkLive(`${optimizer}: the variable ${quote(name)}`, variable);
  const expected = `a float32 tensor of shape ${shapeText(variable.shape)}`;
  if (!isTensor(gradient))
    throw headError('GRADIENTS_INVALID', `${whose} must be ${expected}, got ${describeValue(gradient)}.`);
  checkLive(whose, gradient);
  if (variable.dtype !== 'float32')
    throw headError(
      'GRADIENTS_INVALID',
      `${optimizer} must train variables of dtype float32, got ${quote(name)}, ${describeValue(variable)}.`,
    );
  if (gradient.dtype !== 'float32' || !util.arraysEqual(gradient.shape, variable.shape))
    throw headError('GRADIENTS_INVALID', `${whose} must be ${expected}, got ${describeValue(gradient)}.`);
  return { variable, gradient };
}
