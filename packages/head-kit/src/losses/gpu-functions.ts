// The element losses and their derivatives for GPUs, in float32. Nothing is left to the GPU's own `exp`, whose error is
// |x| units, or to its `log` near 1, whose error is absolute.
import type { GpuFunction } from './gpu-program.js';

const float = (value: number): string => value.toExponential(12);
const POWERS = [64, 32, 16, 8, 4, 2, 1];

/** `y 2^k` for a whole number k, exactly. */
const scaled: GpuFunction = {
  name: 'scaled',
  parameters: ['y', 'k'],
  body: `
    float v = y;
    float n = abs(k);
    if (k < 0.0) {
      ${[64, ...POWERS].map((power) => `if (n >= ${power}.0) { v = v * ${float(2 ** -power)}; n = n - ${power}.0; }`).join('\n')}
    } else {
      ${[64, ...POWERS].map((power) => `if (n >= ${power}.0) { v = v * ${float(2 ** power)}; n = n - ${power}.0; }`).join('\n')}
    }
    return v;`,
};

/** log(2) in three parts: whole numbers up to 256 times the first, or the second, are exact. */
const LN2_HIGH = Math.floor(Math.LN2 * 2 ** 16) / 2 ** 16;
const LN2_MIDDLE = Math.floor((Math.LN2 - LN2_HIGH) * 2 ** 34) / 2 ** 34;
const LN2_LOW = Math.LN2 - LN2_HIGH - LN2_MIDDLE;

/** `1 + r / first (1 + r / (first + 1) (1 + ...))` up to r / last. */
const series = (r: string, first: number, last: number): string =>
  first > last ? '1.0' : `(1.0 + ${r} * ${float(1 / first)} * ${series(r, first + 1, last)})`;

/** `exp(x)` as `2^k exp(r)`, |r| being at most log(2)/2. */
const expOf: GpuFunction = {
  name: 'expOf',
  parameters: ['x'],
  calls: [scaled],
  body: `
    if (x < -104.0) { return 0.0; }
    if (x > 89.0) { return x * 3.0e38; }
    float k = floor(x * ${float(Math.LOG2E)} + 0.5);
    float r = (x - k * ${float(LN2_HIGH)}) - k * ${float(LN2_MIDDLE + LN2_LOW)};
    return scaled(${series('r', 1, 8)}, k);`,
};

/** `log(1 + y)` for 0 <= y <= 1, as `2 atanh(y / (2 + y))`. */
const log1pOfUnit: GpuFunction = {
  name: 'log1pOfUnit',
  parameters: ['y'],
  body: `
    float s = y / (2.0 + y);
    float q = s * s;
    return 2.0 * s * (1.0 + q * (${[3, 5, 7, 9, 11, 13].map((n) => `${float(1 / n)} + q * (`).join('')}${float(1 / 15)}${')'.repeat(6)}));`,
};

export const logisticValue: GpuFunction = {
  name: 'logisticValue',
  parameters: ['x', 'z'],
  calls: [expOf, log1pOfUnit],
  body: `
    float tail = log1pOfUnit(expOf(-abs(x)));
    float miss = -z;
    if (x > 0.0) { miss = 1.0 - z; }
    if (miss == 0.0) { return tail; }
    return x * miss + tail;`,
};

export const logisticDerivative: GpuFunction = {
  name: 'logisticDerivative',
  parameters: ['x', 'z'],
  calls: [expOf],
  body: `
    float decay = expOf(-abs(x));
    float smaller = decay / (1.0 + decay);
    if (x > 0.0) { return (1.0 - z) - smaller; }
    return smaller - z;`,
};

export const logisticCurvature: GpuFunction = {
  name: 'logisticCurvature',
  parameters: ['x', 'z'],
  calls: [expOf],
  body: `
    float decay = expOf(-abs(x));
    return (decay / (1.0 + decay)) / (1.0 + decay);`,
};

/** 11/16 to 23/16: what the fraction of a number is next to, with logarithms in two parts. */
const SIXTEENTHS = Array.from({ length: 13 }, (_, index) => {
  const i = index + 11;
  const high = Math.round(Math.log(i / 16) * 2 ** 16) / 2 ** 16;
  return { i, high, low: Math.log(i / 16) - high };
});

/**
 * `x - log(z)` for z > 1, to 2e-12 or its last digit where the two are near each other: z is `2^k (i/16) (1 + q)`, and what
 * is large of the logarithms of these is subtracted from x in numbers of so few bits that nothing is rounded.
 */
const logRatio: GpuFunction = {
  name: 'logRatio',
  parameters: ['x', 'z'],
  body: `
    float m = z;
    float k = 0.0;
    ${POWERS.map((power) => `if (m >= ${float(2 ** power)}) { m = m * ${float(2 ** -power)}; k = k + ${power}.0; }`).join('\n')}
    if (m > 1.4142135) { m = m * 0.5; k = k + 1.0; }
    float i = floor(m * 16.0 + 0.5);
    float c = i * 0.0625;
    float high = 0.0;
    float low = 0.0;
    ${SIXTEENTHS.map(({ i, high, low }) => `if (i == ${i}.0) { high = ${float(high)}; low = ${float(low)}; }`).join('\n')}
    float w = m - c;
    float q = w / c;
    float q1 = floor(q * 65536.0 + 0.5) * ${float(2 ** -16)};
    float q2 = (w - q1 * c) / c;
    float large = (((x - k * ${float(LN2_HIGH)}) - high) - q1) + 0.5 * q1 * q1;
    float small = q1 * q2 - q2 - low - k * ${float(LN2_LOW)};
    float rest = q * q * q * (${float(1 / 3)} - q * (0.25 - q * (0.2 - q * (${float(1 / 6)} - q * ${float(1 / 7)}))));
    return (large - k * ${float(LN2_MIDDLE)}) + (small - rest);`,
};

/** `exp(d) - 1 - d`. */
const excess: GpuFunction = {
  name: 'excess',
  parameters: ['d'],
  calls: [expOf],
  body: `
    if (abs(d) < 0.7) { return 0.5 * d * d * ${series('d', 3, 12)}; }
    return (expOf(d) - 1.0) - d;`,
};

export const poissonValue: GpuFunction = {
  name: 'poissonValue',
  parameters: ['x', 'z'],
  calls: [expOf],
  body: `
    if (z == 0.0) { return expOf(x); }
    return expOf(x) - z * x;`,
};

/** For a prediction far above the label nothing cancels, and `exp(d)` would have the rounding of d, of which a large d has much. */
export const fullPoissonValue: GpuFunction = {
  name: 'fullPoissonValue',
  parameters: ['x', 'z'],
  calls: [expOf, logRatio, excess],
  body: `
    if (!(z >= 0.0)) { return NOT_A_NUMBER; }
    if (z == 0.0) { return expOf(x); }
    if (z <= 1.0) { return expOf(x) - z * x; }
    float d = logRatio(x, z);
    float stirling = 0.5 * log(z) + ${float(0.5 * Math.log(2 * Math.PI))};
    if (d > 3.0) { return (expOf(x) - z * (1.0 + d)) + stirling; }
    return z * excess(d) + stirling;`,
};

export const poissonDerivative: GpuFunction = {
  name: 'poissonDerivative',
  parameters: ['x', 'z'],
  calls: [expOf, logRatio, excess],
  body: `
    if (z > 1.0) {
      float d = logRatio(x, z);
      if (abs(d) < 0.5) { return z * (d + excess(d)); }
    }
    return expOf(x) - z;`,
};

export const poissonCurvature: GpuFunction = {
  name: 'poissonCurvature',
  parameters: ['x', 'z'],
  calls: [expOf],
  body: `return expOf(x);`,
};
