import { reshape, type Tensor, tensor, tidy, Variable } from '@tensorflow/tfjs-core';
import { hold, numbersInMemory, theEngine } from './engine.js';
import type { FeedSource } from './feed.js';
import type { Recording } from './recording.js';
import type { Counter } from './watch-engine.js';

/** What steps change, to be taken back: the values of all variables that there are, and how many steps optimizers have counted. */
export class Undo {
  readonly #values = new Map<Variable, Tensor>();
  readonly #fed = new Map<FeedSource, number>();
  readonly #counted = new Map<Counter, number>();

  constructor() {
    for (const variable of Object.values(theEngine().state.registeredVariables)) this.#hold(variable);
  }

  /**
   * Makes weights up to a fifth smaller until all is taken back. Where a network has learnt all there is, gradients are roundings, which no two ways to add have alike:
   * there a function that is right could not prove it.
   */
  shake(): void {
    for (const [variable, value] of this.#values) {
      if (!variable.trainable || variable.dtype !== 'float32') continue;
      const less = (numbersInMemory(value) as Float32Array).map((x, i) => x * (0.9 + Math.sin(i) / 10));
      tidy(() => variable.assign(tensor(less, variable.shape)));
    }
  }

  /** Runs a step. A variable that it makes, such as a slot of an optimizer, has what it was made with when all is taken back. */
  run<T>(step: () => T): T {
    const engine = theEngine();
    const own = Object.getOwnPropertyDescriptor(engine, 'makeVariable');
    const { makeVariable } = engine;
    engine.makeVariable = (...args) => {
      const variable = makeVariable.apply(engine, args);
      this.#hold(variable);
      return variable;
    };
    try {
      return step();
    } finally {
      if (own === undefined) Reflect.deleteProperty(engine, 'makeVariable');
      else Object.defineProperty(engine, 'makeVariable', own);
    }
  }

  /** Learns from a recording of one of the steps, before there are others by its optimizers, who has counted it. */
  saw({ begun, counted }: Recording): void {
    for (const [source, count] of begun) if (!this.#fed.has(source)) this.#fed.set(source, count);
    const known = new Set(this.#counted.keys());
    for (const counter of counted)
      if (!known.has(counter)) this.#counted.set(counter, (this.#counted.get(counter) ?? counter.iterations) - 1);
  }

  /** Takes all steps back since it was made. */
  takeBack(): void {
    for (const [variable, value] of this.#values) {
      if (!variable.isDisposed) variable.assign(value);
      value.dispose();
    }
    for (const [source, count] of this.#fed) source.iterations = count;
    for (const [counter, count] of this.#counted) Object.assign(counter, { iterations_: count }); // tfjs has no other way
  }

  #hold(variable: Variable): void {
    this.#values.set(variable, hold(variable));
  }
}

/**
 * Tensors with data of their own, as each step is given others: what is the same each time may be what the step takes from outside, or has looked at before.
 * Variables are themselves, and what shares its data still does.
 */
export function copiesOf(tensors: readonly Tensor[]): readonly Tensor[] {
  const copies = new Map<object, Tensor>();
  return tensors.map((given) => {
    const { dataId, shape, dtype } = given;
    if (given instanceof Variable) return given;
    const copied = copies.get(dataId);
    if (copied !== undefined) return reshape(copied, shape);
    const copy = theEngine().makeTensor(numbersInMemory(given).slice(), shape.slice(), dtype);
    copies.set(dataId, copy);
    return copy;
  });
}
