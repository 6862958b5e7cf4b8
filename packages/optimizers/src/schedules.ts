import { serialization } from '@tensorflow/tfjs-core';
import { checkOptions, describeValue, headError, listOf } from '@tfjs-heads/head-kit';
import { above0, notNegative, trueOrFalse } from './check-numbers.js';

/** A learning rate that depends on the step. Those of this package are Keras', by Keras' names; any class with these methods will do. */
export interface LearningRateSchedule {
  /** The rate of a step, from 0: finite, at least 0. The same whenever it is asked for, so that training can go on elsewhere. */
  rateAt(step: number): number;
  /** What `fromConfig` makes it of again: plain JSON. */
  getConfig(): serialization.ConfigDict;
  getClassName(): string;
}

/** Options, all of them. */
type Settings<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** What the schedules of this package have in common. */
abstract class Schedule extends serialization.Serializable implements LearningRateSchedule {
  abstract rateAt(step: number): number;

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    make: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new make(config);
  }
}

/** Options of {@link ExponentialDecay} and {@link InverseTimeDecay}. */
export interface DecayOptions {
  /** The rate at step 0. */
  readonly initialLearningRate: number;
  /** In how many steps the rate decays once. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate changes every `decaySteps` steps only. Default: false. */
  readonly staircase?: boolean | undefined;
}

const DECAY_OPTIONS: readonly (keyof DecayOptions)[] = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase'];

/** A schedule that depends on how often the rate has decayed. */
abstract class Decay extends Schedule {
  readonly #options: Settings<DecayOptions>;

  constructor(name: string, options: DecayOptions) {
    super();
    const {
      initialLearningRate,
      decaySteps,
      decayRate,
      staircase = false,
    } = checkOptions(name, options, DECAY_OPTIONS);
    this.#options = {
      initialLearningRate: notNegative(`${name}: initialLearningRate`, initialLearningRate),
      decaySteps: above0(`${name}: decaySteps`, decaySteps),
      decayRate: notNegative(`${name}: decayRate`, decayRate),
      staircase: trueOrFalse(`${name}: staircase`, staircase),
    };
  }

  protected abstract rateAfter(decays: number, options: Settings<DecayOptions>): number;

  rateAt(step: number): number {
    const { decaySteps, staircase } = this.#options;
    return this.rateAfter(staircase ? Math.floor(step / decaySteps) : step / decaySteps, this.#options);
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.#options };
  }
}

/**
 * `initialLearningRate decayRate^(step / decaySteps)`.
 *
 * @example
 * new Adam({ learningRate: new ExponentialDecay({ initialLearningRate: 0.01, decaySteps: 1000, decayRate: 0.9 }) });
 */
export class ExponentialDecay extends Decay {
  static readonly className: string = 'ExponentialDecay';

  /** @throws INVALID_ARGUMENT */
  constructor(options: DecayOptions) {
    super('ExponentialDecay', options);
  }

  protected rateAfter(decays: number, { initialLearningRate, decayRate }: Settings<DecayOptions>): number {
    return initialLearningRate * decayRate ** decays;
  }
}

/**
 * `initialLearningRate / (1 + decayRate step / decaySteps)`.
 *
 * @example
 * new SGD({ learningRate: new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 100, decayRate: 0.5 }) });
 */
export class InverseTimeDecay extends Decay {
  static readonly className: string = 'InverseTimeDecay';

  /** @throws INVALID_ARGUMENT */
  constructor(options: DecayOptions) {
    super('InverseTimeDecay', options);
  }

  protected rateAfter(decays: number, { initialLearningRate, decayRate }: Settings<DecayOptions>): number {
    return initialLearningRate / (1 + decayRate * decays);
  }
}

/** Options of {@link PolynomialDecay}. */
export interface PolynomialDecayOptions {
  readonly initialLearningRate: number;
  /** After how many steps the end is reached. */
  readonly decaySteps: number;
  /** Default: 0.0001. */
  readonly endLearningRate?: number | undefined;
  /** Default: 1, a straight line. */
  readonly power?: number | undefined;
  /** Whether the rate rises again after the end, over ever longer times. Default: false. */
  readonly cycle?: boolean | undefined;
}

/**
 * `(initialLearningRate - endLearningRate) (1 - step / decaySteps)^power + endLearningRate`.
 *
 * @example
 * new SGD({ learningRate: new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 1000, endLearningRate: 0, power: 2 }) });
 */
export class PolynomialDecay extends Schedule {
  static readonly className: string = 'PolynomialDecay';
  readonly #options: Settings<PolynomialDecayOptions>;

  /** @throws INVALID_ARGUMENT */
  constructor(options: PolynomialDecayOptions) {
    super();
    const given = checkOptions('PolynomialDecay', options, [
      'initialLearningRate',
      'decaySteps',
      'endLearningRate',
      'power',
      'cycle',
    ]);
    const { endLearningRate = 0.0001, power = 1, cycle = false } = given;
    this.#options = {
      initialLearningRate: notNegative('PolynomialDecay: initialLearningRate', given.initialLearningRate),
      decaySteps: above0('PolynomialDecay: decaySteps', given.decaySteps),
      endLearningRate: notNegative('PolynomialDecay: endLearningRate', endLearningRate),
      power: notNegative('PolynomialDecay: power', power),
      cycle: trueOrFalse('PolynomialDecay: cycle', cycle),
    };
  }

  rateAt(step: number): number {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this.#options;
    const end = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, end) / end;
    return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.#options };
  }
}

/** Options of {@link CosineDecay}. */
export interface CosineDecayOptions {
  /** The rate at step 0. */
  readonly initialLearningRate: number;
  /** How many steps the cosine takes, warm-up not counted. */
  readonly decaySteps: number;
  /** The share of the rate that is left at the end. Default: 0. */
  readonly alpha?: number | undefined;
  /** What the rate rises to, on a straight line, before the cosine begins. Default: no warm-up. */
  readonly warmupTarget?: number | undefined;
  /** How many steps that takes. Default: 0. */
  readonly warmupSteps?: number | undefined;
}

/**
 * Half a cosine (Loshchilov and Hutter, 2016), after a warm-up if there is a target for it.
 *
 * @example
 * new AdamW({ learningRate: new CosineDecay({ initialLearningRate: 0, warmupTarget: 0.001, warmupSteps: 1000, decaySteps: 9000 }) });
 */
export class CosineDecay extends Schedule {
  static readonly className: string = 'CosineDecay';
  readonly #options: Omit<Settings<CosineDecayOptions>, 'warmupTarget'>;
  readonly #warmupTarget: number | undefined;

  /** @throws INVALID_ARGUMENT */
  constructor(options: CosineDecayOptions) {
    super();
    const given = checkOptions('CosineDecay', options, [
      'initialLearningRate',
      'decaySteps',
      'alpha',
      'warmupTarget',
      'warmupSteps',
    ]);
    const { alpha = 0, warmupSteps = 0, warmupTarget } = given;
    this.#options = {
      initialLearningRate: notNegative('CosineDecay: initialLearningRate', given.initialLearningRate),
      decaySteps: above0('CosineDecay: decaySteps', given.decaySteps),
      alpha: notNegative('CosineDecay: alpha', alpha),
      warmupSteps: notNegative('CosineDecay: warmupSteps', warmupSteps),
    };
    // Keras writes null for none.
    const hasTarget = warmupTarget !== undefined && warmupTarget !== null;
    this.#warmupTarget = hasTarget ? notNegative('CosineDecay: warmupTarget', warmupTarget) : undefined;
  }

  rateAt(step: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupSteps } = this.#options;
    const warmupTarget = this.#warmupTarget;
    if (warmupTarget === undefined) return decayed(initialLearningRate, step);
    if (step >= warmupSteps) return decayed(warmupTarget, step - warmupSteps);
    return initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps);

    function decayed(from: number, after: number): number {
      const left = 0.5 * (1 + Math.cos((Math.PI * Math.min(after, decaySteps)) / decaySteps));
      return from * ((1 - alpha) * left + alpha);
    }
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.#options, ...(this.#warmupTarget !== undefined && { warmupTarget: this.#warmupTarget }) };
  }
}

/** Options of {@link PiecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions {
  /** The last step of each rate but the last, rising. */
  readonly boundaries: readonly number[];
  /** The rates, one more than boundaries. */
  readonly values: readonly number[];
}

/**
 * One rate up to a step and with it, another one after.
 *
 * @example
 * new SGD({ learningRate: new PiecewiseConstantDecay({ boundaries: [1000, 2000], values: [0.1, 0.01, 0.001] }) });
 */
export class PiecewiseConstantDecay extends Schedule {
  static readonly className: string = 'PiecewiseConstantDecay';
  readonly #boundaries: readonly number[];
  readonly #values: readonly number[];

  /** @throws INVALID_ARGUMENT */
  constructor(options: PiecewiseConstantDecayOptions) {
    super();
    const { boundaries, values } = checkOptions('PiecewiseConstantDecay', options, ['boundaries', 'values']);
    this.#boundaries = numbersOf('boundaries', boundaries);
    this.#values = numbersOf('values', values);
    this.#boundaries.forEach((boundary, i) => {
      const before = this.#boundaries[i - 1];
      if (before === undefined || boundary > before) return;
      throw headError(
        'INVALID_ARGUMENT',
        `PiecewiseConstantDecay: boundaries must rise, got ${boundary} after ${before}.`,
      );
    });
    if (this.#values.length !== this.#boundaries.length + 1) {
      throw headError(
        'INVALID_ARGUMENT',
        `PiecewiseConstantDecay: values must be one more than boundaries, got ${this.#values.length} values and ${this.#boundaries.length} boundaries.`,
      );
    }
  }

  rateAt(step: number): number {
    const piece = this.#boundaries.findIndex((boundary) => step <= boundary);
    return this.#values.at(piece) as number; // -1, the last one, after all boundaries
  }

  getConfig(): serialization.ConfigDict {
    return { boundaries: [...this.#boundaries], values: [...this.#values] };
  }
}

function numbersOf(name: string, given: unknown): readonly number[] {
  const list = listOf(given);
  if (list === undefined) {
    throw headError(
      'INVALID_ARGUMENT',
      `PiecewiseConstantDecay: ${name} must be a list of numbers, got ${describeValue(given)}.`,
    );
  }
  return list.map((value, i) => notNegative(`PiecewiseConstantDecay: ${name}[${i}]`, value));
}
