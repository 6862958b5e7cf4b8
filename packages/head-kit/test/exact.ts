// The element losses and their derivatives to 400 bits behind the point, rounded to doubles at the very end, so that
// nothing that cancels costs a digit.

const BITS = 400n;
const ONE = 1n << BITS;

const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** A float32 number, exactly: all of them are multiples of 2^-149. */
const fixed = (x: number): bigint => BigInt(x * 2 ** 149) << (BITS - 149n);
const rounded = (x: bigint): number => Number(x) / 2 ** Number(BITS);

/** `2 atanh(s)` for |s| < 1/2. */
function twiceAtanh(s: bigint): bigint {
  const square = times(s, s);
  let [power, sum] = [s, 0n];
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = times(power, square);
  }
  return 2n * sum;
}

const LN2 = twiceAtanh(ONE / 3n);

function log(z: bigint): bigint {
  const k = BigInt(z.toString(2).length) - BITS;
  const m = k >= 0n ? z >> k : z << -k; // loses nothing: z has a few bits only, or k is small
  return twiceAtanh(over(m - ONE, m + ONE)) + k * LN2;
}

function exp(x: bigint): bigint {
  const k = x / LN2;
  if (k < -300n) return 0n;
  const r = x - k * LN2;
  let [term, sum] = [ONE, 0n];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = times(term, r) / n;
  }
  return k >= 0n ? sum << k : sum >> -k;
}

const PI = 4n * (4n * atanOfInverse(5n) - atanOfInverse(239n));

function atanOfInverse(n: bigint): bigint {
  let [power, sum, sign] = [ONE / n, 0n, 1n];
  for (let i = 1n; power !== 0n; i += 2n) {
    sum += (sign * power) / i;
    power /= n * n;
    sign = -sign;
  }
  return sum;
}

/** What a loss is at a logit and a label, and the size of the terms that the composed form combines. */
export interface Terms {
  readonly value: number;
  readonly derivative: number;
  readonly valueScale: number;
  readonly derivativeScale: number;
}

export type Exact = (x: number, z: number) => Terms;

/** float32 has the difference of two of its numbers to half a unit, so that nothing cancels. */
const squaredError: Exact = (x, z) => {
  const difference = fixed(x) - fixed(z);
  return {
    value: rounded(times(difference, difference)),
    derivative: rounded(2n * difference),
    valueScale: 0,
    derivativeScale: 0,
  };
};

/** The derivative is 0 where the prediction is the label: there, and only there, its terms cancel. */
const sigmoidCrossEntropy: Exact = (x, z) => {
  const [logit, label] = [fixed(x), fixed(z)];
  const decay = exp(x > 0 ? -logit : logit);
  const smaller = over(decay, ONE + decay);
  const miss = (x > 0 ? ONE : 0n) - label;
  return {
    value: rounded(times(logit, miss) + log(ONE + decay)),
    derivative: rounded(miss + (x > 0 ? -smaller : smaller)),
    valueScale: 0,
    derivativeScale: rounded(smaller),
  };
};

const logPoisson: Exact = (x, z) => {
  const [logit, label] = [fixed(x), fixed(z)];
  const mean = exp(logit);
  return {
    value: rounded(mean - times(label, logit)),
    derivative: rounded(mean - label),
    valueScale: rounded(mean) + Math.abs(z * x),
    derivativeScale: rounded(mean) + z,
  };
};

/** The composed form has the value for a logit that is a unit of float32 off. */
const fullLogPoisson: Exact = (x, z) => {
  const plain = logPoisson(x, z);
  if (z <= 1) return plain;
  const [logit, label] = [fixed(x), fixed(z)];
  const [mean, logLabel] = [exp(logit), log(label)];
  const value = mean - times(label, logit) + times(label, logLabel) - label + log(2n * times(PI, label)) / 2n;
  return { ...plain, value: rounded(value), valueScale: Math.abs(x * plain.derivative) };
};

export const exact = { squaredError, sigmoidCrossEntropy, logPoisson, fullLogPoisson };
