import { clone, dispose, engine, fill, tidy, util } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkLive, describeValue, headError, isMap, isTensor, listOf, quote, shapeText } from '@tfjs-heads/head-kit';

/** What is remembered of one variable, by the names of the rule. */
export type Slots = Readonly<Record<string, Variable>>;

/** A tensor with a name. */
export interface Named {
  readonly name: string;
  readonly tensor: Tensor;
}

/** What an optimizer remembers of variables, found by their names. */
export class SlotStore {
  /** `of` is undefined for what was restored and has not been used yet. */
  readonly #slots = new Map<string, { of: Variable | undefined; readonly slots: Slots }>();
  readonly #optimizer: string;

  constructor(optimizer: string) {
    this.#optimizer = optimizer;
  }

  /** The slots of a variable, made where there are none. */
  of(variable: Variable, names: readonly string[], startOf: (slot: string) => number): Slots {
    const known = this.#slots.get(variable.name);
    if (known !== undefined && (known.of ?? variable) === variable) {
      known.of = variable;
      return known.slots;
    }
    if (known !== undefined) dispose(known.slots); // of a variable that is gone, whose name another one has now
    const slots = tidy(() =>
      Object.fromEntries(names.map((slot) => [slot, fill(variable.shape, startOf(slot)).variable(false)])),
    );
    this.#slots.set(variable.name, { of: variable, slots });
    return slots;
  }

  /**
   * Gives slots that were restored to these variables, in this order, where none has the name of one of them but all have
   * their shapes: a model that was loaded again has other names for its variables.
   */
  adopt(names: readonly string[]): void {
    const restored = [...this.#slots].filter(([, { of }]) => of === undefined);
    if (restored.length !== names.length || names.some((name) => this.#slots.has(name))) return;
    const shapes = names.map((name) => engine().registeredVariables[name]?.shape ?? []);
    const fits = restored.every(([, { slots }], i) =>
      Object.values(slots).every(({ shape }) => util.arraysEqual(shape, shapes[i] as number[])),
    );
    if (!fits) return;
    restored.forEach(([name, entry], i) => {
      this.#slots.delete(name);
      this.#slots.set(names[i] as string, entry);
    });
  }

  /** Copies of all slots, `dense/kernel/m`. */
  state(): Named[] {
    return [...this.#slots].flatMap(([variable, { slots }]) =>
      Object.entries(slots).map(([slot, tensor]) => ({ name: `${variable}/${slot}`, tensor: clone(tensor as Tensor) })),
    );
  }

  /**
   * Copies of these, in the place of all that there were.
   *
   * @throws OPTIMIZER_STATE_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN; then nothing has changed
   */
  restore(given: readonly Named[], names: readonly string[]): void {
    const byVariable = this.#checked(given, names);
    this.clear();
    for (const [variable, tensors] of byVariable) {
      const slots = tidy(() =>
        Object.fromEntries(names.map((slot) => [slot, clone(tensors[slot] as Tensor).variable(false)])),
      );
      this.#slots.set(variable, { of: undefined, slots });
    }
  }

  clear(): void {
    for (const { slots } of this.#slots.values()) dispose(slots);
    this.#slots.clear();
  }

  #checked(given: readonly Named[], names: readonly string[]): ReadonlyMap<string, Readonly<Record<string, Tensor>>> {
    const byVariable = new Map<string, Record<string, Tensor>>();
    for (const { name, tensor } of given) {
      const end = name.lastIndexOf('/');
      const [variable, slot] = [name.slice(0, Math.max(end, 0)), name.slice(end + 1)];
      if (end < 1 || !names.includes(slot)) {
        throw this.#error(
          names.length === 0
            ? `nothing but 'iter' must be in its state, got ${quote(name)}`
            : `states must be named after a variable and one of the slots ${names.map((known) => `/${known}`).join(', ')}, got ${quote(name)}`,
        );
      }
      const tensors = byVariable.get(variable) ?? {};
      byVariable.set(variable, tensors);
      if (Object.hasOwn(tensors, slot)) throw this.#error(`each state must be given once, got two of ${quote(name)}`);
      tensors[slot] = tensor;
    }
    for (const [variable, tensors] of byVariable) {
      const known = engine().registeredVariables[variable];
      const shape = known?.shape ?? (Object.values(tensors)[0] as Tensor).shape;
      for (const slot of names) {
        const tensor = tensors[slot];
        const whose = `the state ${quote(`${variable}/${slot}`)}`;
        if (tensor === undefined)
          throw this.#error(`${whose} must be given beside the others of its variable, got none`);
        if (tensor.dtype !== 'float32' || !util.arraysEqual(tensor.shape, shape)) {
          throw this.#error(
            `${whose} must be a float32 tensor of shape ${shapeText(shape)}, got ${describeValue(tensor)}`,
          );
        }
      }
    }
    return byVariable;
  }

  #error(text: string): Error {
    return headError('OPTIMIZER_STATE_INVALID', `${this.#optimizer}: ${text}.`);
  }
}

/** A state as {@link SlotStore.restore} takes it, with what it begins with. */
export function checkState(
  optimizer: string,
  given: unknown,
): { readonly iter: Tensor; readonly slots: readonly Named[] } {
  const error = (text: string): Error => headError('OPTIMIZER_STATE_INVALID', `${optimizer}: ${text}.`);
  const list = listOf(given);
  if (list === undefined)
    throw error(
      `the state must be a list of { name, tensor }, as getWeights() returns it, got ${describeValue(given)}`,
    );
  const named = list.map((entry, i): Named => {
    if (!isMap(entry) || typeof entry['name'] !== 'string' || !isTensor(entry['tensor']))
      throw error(`state[${i}] must be { name, tensor }, got ${describeValue(entry)}`);
    const { name, tensor } = entry as unknown as Named;
    checkLive(`${optimizer}: the state ${quote(name)}`, tensor);
    return { name, tensor };
  });
  const counts = named.filter(({ name }) => name === 'iter');
  const [iter] = counts;
  if (iter === undefined || counts.length > 1)
    throw error(`the state must have the number of steps, one tensor named 'iter', got ${counts.length}`);
  if (iter.tensor.size !== 1) throw error(`the state 'iter' must be a scalar, got ${describeValue(iter.tensor)}`);
  return { iter: iter.tensor, slots: named.filter(({ name }) => name !== 'iter') };
}

/** @throws OPTIMIZER_STATE_INVALID */
export function checkIterations(optimizer: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw headError(
    'OPTIMIZER_STATE_INVALID',
    `${optimizer}: the state 'iter' must be a whole number, at least 0, got ${describeValue(value)}.`,
  );
}
