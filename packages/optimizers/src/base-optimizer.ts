import { dispose, Optimizer, scalar, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, serialization, Tensor, Variable } from '@tensorflow/tfjs-core';
import { describeValue, headError, isMap } from '@tfjs-heads/head-kit';
import { type BaseOptions, type CheckedOptions, checkBaseOptions } from './base-options.js';
import { checkGradients, type NamedGradient, type Update } from './check-gradients.js';
import { checkScalars } from './check-numbers.js';
import { clipScale } from './clip-norm.js';
import { checkLearningRate, configOfRate, type LearningRate, rateAt, rateOfConfig } from './learning-rate.js';
import { givenName } from './match-names.js';
import { patternText } from './saved-text.js';
import { checkIterations, checkState, type Named, releaseAll, type Slots, SlotStore } from './slots.js';
import { runUpdate } from './update-kernel.js';
import type { Scalars, UpdateRule, UpdateSource } from './update-rule.js';

/**
 * What the optimizers of this package have in common: an `Optimizer` of tfjs that finds what it remembers of a variable by
 * the variable's name, and updates each variable by one kernel. An optimizer of your own: a rule, and its numbers at a step.
 */
export abstract class BaseOptimizer extends Optimizer implements UpdateSource {
  readonly #name: string;
  readonly #options: CheckedOptions;
  readonly #slots: SlotStore;
  #iterations = 0;
  #learningRate: LearningRate;
  /** The numbers of a step, for variables that decay and for those that do not. */
  #numbers: { step: number; rate: number; standing: Scalars; decaying: Scalars } | undefined;

  /** @throws INVALID_ARGUMENT */
  constructor(name: string, options: BaseOptions, defaultRate = 0.001) {
    super();
    this.#name = name;
    this.#options = checkBaseOptions(name, options, defaultRate);
    this.#slots = new SlotStore(name);
    this.#learningRate = this.#options.learningRate;
  }

  /** What is computed. */
  abstract readonly rule: UpdateRule;

  /** The numbers of the rule at a step, from 0, in doubles; finite in float32, or the step is refused. */
  protected abstract scalarsAt(step: number, rate: number): Scalars;

  /** What a slot starts with. */
  protected startOf(_slot: string): number {
    return 0;
  }

  /** The learning rate, or its schedule. What is set counts from the next step on. Throws INVALID_ARGUMENT. */
  get learningRate(): LearningRate {
    return this.#learningRate;
  }

  set learningRate(rate: LearningRate) {
    this.#learningRate = checkLearningRate(this.#name, rate);
  }

  /** How many steps have been taken. What is set counts from the next step on. Throws OPTIMIZER_STATE_INVALID. */
  override get iterations(): number {
    return this.#iterations;
  }

  override set iterations(count: number) {
    this.#iterations = checkIterations(this.#name, count);
  }

  scalarsFor(variable: string): Scalars {
    const step = this.#iterations;
    const rate = rateAt(this.#name, this.#learningRate, step);
    if (this.#numbers?.step !== step || this.#numbers.rate !== rate) {
      const { weightDecay, clipvalue = Infinity } = this.#options;
      const scalars = this.scalarsAt(step, rate);
      const decay = weightDecay * rate;
      checkScalars(this.#name, step, scalars);
      checkScalars(this.#name, step, { decay });
      // Not by spreading: V8 takes 2 microseconds for an object that is spread and then grows.
      const standing = Object.assign({}, scalars, { decay: 0, clipvalue });
      const decaying = weightDecay > 0 ? Object.assign({}, standing, { decay }) : standing;
      this.#numbers = { step, rate, standing, decaying };
    }
    return this.#decays(variable) ? this.#numbers.decaying : this.#numbers.standing;
  }

  #decays(variable: string): boolean {
    const { weightDecay, excludeFromWeightDecay } = this.#options;
    return (
      weightDecay > 0 &&
      ![variable, givenName(variable)].some((name) => excludeFromWeightDecay.some((pattern) => pattern.test(name)))
    );
  }

  advance(): void {
    this.#iterations++;
  }

  /**
   * Takes one step down the gradient of a function.
   *
   * @param f Returns the scalar to make smaller.
   * @param returnCost Whether to return that scalar, for the caller to dispose of. Default: false.
   * @param varList The variables to update. Default: all that are trainable.
   * @throws As {@link applyGradients}, and what `f` throws; no gradient stays behind.
   */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    const { value, grads } = this.computeGradients(f, varList);
    try {
      this.applyGradients(varList?.map(({ name }) => ({ name, tensor: grads[name] })) ?? grads);
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
   * Takes one step: updates each variable that has a gradient. A NaN in a gradient goes into the variable and its slots.
   *
   * @param gradients By the names of the variables, which are registered with the engine; float32, in the shape of the
   *   variable; the caller's. A variable whose gradient is null or undefined is left alone. An empty map or list does nothing.
   * @throws GRADIENTS_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN, INVALID_ARGUMENT for what a schedule gives,
   *   OPTIMIZER_STATE_INVALID where a restored state is not that of these variables; then nothing has changed
   */
  override applyGradients(gradients: NamedTensorMap | readonly NamedGradient[]): void {
    const { names, updates } = checkGradients(this.#name, gradients);
    if (updates.length === 0) return;
    const scalars = updates.map(({ variable }) => this.scalarsFor(variable.name)); // A schedule may throw.
    this.#slots.match(names);
    const slotsOf = updates.map(({ variable }) =>
      this.#slots.of(variable, this.rule.slots, (slot) => this.startOf(slot)),
    );
    tidy(() => {
      const scaleOf = this.#scales(updates);
      updates.forEach(({ variable, gradient }, i) => {
        const slots = slotsOf[i] as Slots;
        const scale = scaleOf(gradient);
        const [next, ...nextSlots] = runUpdate(
          { variable, gradient, ...slots, ...(scale && { scale }) },
          { rule: this.rule, scalars: scalars[i] as Scalars, source: this, variable: variable.name },
        );
        variable.assign(next);
        this.rule.slots.forEach((slot, j) => slots[slot]?.assign(nextSlots[j] as Tensor));
      });
    });
    this.advance();
  }

  /** What each gradient is multiplied by, so that no norm is too large. */
  #scales(updates: readonly Update[]): (gradient: Tensor) => Scalar | undefined {
    const { clipnorm, globalClipnorm } = this.#options;
    if (clipnorm !== undefined) return (gradient) => clipScale([gradient], { norm: clipnorm, isGlobal: false });
    if (globalClipnorm === undefined) return () => undefined;
    const gradients = updates.map(({ gradient }) => gradient);
    const scale = clipScale(gradients, { norm: globalClipnorm, isGlobal: true });
    return () => scale;
  }

  /** Releases the slots, and forgets the steps. The variables are not the optimizer's. */
  override dispose(): void {
    this.#slots.clear();
    this.#iterations = 0;
  }

  /**
   * The state: `iter`, a scalar int32 of how many steps were taken, and the slots, by the name of their variable and their
   * own: `dense/kernel/m`. Of variables that are gone there is none. The caller owns the tensors.
   */
  override async getWeights(): Promise<Named[]> {
    return [await this.saveIterations(), ...this.#slots.state()];
  }

  override async saveIterations(): Promise<Named> {
    return { name: 'iter', tensor: scalar(this.#iterations, 'int32') };
  }

  /**
   * Goes on where the optimizer was whose state this is: the next steps have the same bits.
   *
   * @param weights As {@link getWeights} returns them, in any order; copied at once, they stay the caller's. A model that is
   *   loaded a second time has other names, `dense/kernel_1`: at the next step, states go to variables that have their names but
   *   for such an ending, all of them or none. That step throws OPTIMIZER_STATE_INVALID where the state is that of other
   *   variables, or of other shapes.
   * @throws OPTIMIZER_STATE_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN; then nothing has changed
   */
  override async setWeights(weights: readonly Named[]): Promise<void> {
    const { iter, slots } = checkState(this.#name, weights);
    const copies = this.#slots.copy(slots, this.rule.slots); // before the caller may dispose of what was given
    try {
      const [count] = await iter.data();
      this.#iterations = checkIterations(this.#name, count);
    } catch (error) {
      releaseAll(copies);
      throw error;
    }
    this.#slots.restore(copies);
  }

  /** The settings, as plain JSON that tfjs-layers does not change: an underscore in a pattern is written `\u005f`. */
  override getConfig(): serialization.ConfigDict {
    const { clipvalue, clipnorm, globalClipnorm, weightDecay, excludeFromWeightDecay } = this.#options;
    return {
      learningRate: configOfRate(this.#learningRate),
      ...(clipvalue !== undefined && { clipvalue }),
      ...(clipnorm !== undefined && { clipnorm }),
      ...(globalClipnorm !== undefined && { globalClipnorm }),
      weightDecay,
      excludeFromWeightDecay: excludeFromWeightDecay.map(patternText),
    };
  }

  /** An optimizer with the settings of another, as {@link getConfig} tells them. Throws INVALID_ARGUMENT. */
  static override fromConfig<T extends serialization.Serializable>(
    make: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    if (!isMap(config)) {
      throw headError(
        'INVALID_ARGUMENT',
        `${make.className}: config must be an object, as getConfig() returns it, got ${describeValue(config)}.`,
      );
    }
    const { learningRate, customObjects: _, ...settings } = config; // The latter is what tfjs-layers adds.
    return new make({
      ...settings,
      ...(learningRate !== undefined && { learningRate: rateOfConfig(make.className, learningRate) }),
    });
  }
}
