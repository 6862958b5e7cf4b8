import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { usedTolerance } from '@tfjs-heads/reference';

/** What a case is held to. */
export interface Allowance {
  /** How many rounding units: one of `ULPS`, or a number with a reason. */
  readonly k: number;
  /** The magnitude of the terms that were combined: one for all values, or one for each. Default: 0, the expected value alone counts. */
  readonly scale?: number | ArrayLike<number>;
}

/** A tensor as numbers. */
export interface ExpectedTensor {
  readonly shape: readonly number[];
  /** Default: float32. */
  readonly dtype?: DataType;
  /** Row-major. */
  readonly values: ArrayLike<number>;
}

/** The comparison that came closest to what is allowed, or went beyond it. */
export interface Closest {
  readonly what: string;
  /** The index among the values compared. */
  readonly index: number;
  readonly actual: number;
  readonly expected: number;
  /** The share of the allowed error: right up to 1. */
  readonly used: number;
}

/** Why a case failed: the backend or the head is wrong, not the check. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Compares, remembers how much of what is allowed was used, and throws a {@link Failure} where it was too much. */
export class Judge {
  readonly #unit: number;
  #closest: Closest | undefined;

  /** @param unit The rounding unit of the backend, as probed. */
  constructor(unit: number) {
    this.#unit = unit;
  }

  /** The worst comparison so far; undefined where no numbers were compared. */
  get closest(): Closest | undefined {
    return this.#closest;
  }

  /** @throws Failure unless the condition holds */
  that(condition: boolean, otherwise: string): void {
    if (!condition) throw new Failure(otherwise);
  }

  /** Values are near when `|actual - expected| <= k * unit * max(|expected|, scale) + tiny`. NaN equals NaN only, an infinity only itself. */
  near(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, { k, scale = 0 }: Allowance): void {
    this.that(actual.length === expected.length, `${what}: got ${actual.length} values, expected ${expected.length}`);
    let worst: Closest | undefined;
    for (let index = 0; index < expected.length; index++) {
      const [a, e] = [actual[index] as number, expected[index] as number];
      const used = usedTolerance(a, e, {
        k,
        unit: this.#unit,
        scale: typeof scale === 'number' ? scale : (scale[index] as number),
      });
      if (worst === undefined || used > worst.used) worst = { what, index, actual: a, expected: e, used };
    }
    if (worst === undefined) return;
    if (this.#closest === undefined || worst.used > this.#closest.used) this.#closest = worst;
    // Where no error is allowed, how many times it was is no figure.
    const excess = worst.used < 1e9 ? ` (${worst.used.toPrecision(3)} times the allowed error)` : '';
    this.that(worst.used <= 1, `${what}[${worst.index}]: got ${worst.actual}, expected ${worst.expected}${excess}`);
  }

  /** The same numbers to the bit, zeros of either sign and what is smaller than 2^-126 being one. */
  same(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
    this.near(what, actual, expected, { k: 0 });
  }

  /** A shape, a dtype, a key: anything that is equal as JSON. */
  equal(what: string, actual: unknown, expected: unknown): void {
    const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
    this.that(a === e, `${what}: got ${a}, expected ${e}`);
  }

  /** Shape and dtype exactly, then the values. Reads the tensor asynchronously; it stays the caller's. */
  async tensorNear(
    what: string,
    actual: Tensor,
    { shape, dtype = 'float32', values }: ExpectedTensor,
    allowance: Allowance,
  ): Promise<void> {
    this.equal(`the shape of ${what}`, actual.shape, shape);
    this.equal(`the dtype of ${what}`, actual.dtype, dtype);
    this.near(what, await actual.data(), values, allowance);
  }
}
