/** A dense network with relu, its first weights (a matrix and a bias for each layer, side by side) and a batch. */
export interface Task {
  readonly sizes: readonly number[];
  readonly rows: number;
  readonly x: Float32Array;
  /** 0 or 1 where there is one logit, else ids of classes. */
  readonly labels: Float32Array;
  readonly weights: readonly Float32Array[];
}

export interface Rates {
  readonly optimizer: 'SGD' | 'Adam';
  readonly rate: number;
}

/**
 * The losses of the first steps, in doubles: sigmoid or softmax cross entropy, the mean over rows.
 *
 * @param rows How many a step takes, one batch after the other. Default: all.
 */
export function lossesInDoubles(
  { sizes, rows: all, x, labels, weights }: Task,
  { optimizer, rate }: Rates,
  steps: number,
  rows: number = all,
): number[] {
  const layers = sizes.length - 1;
  const parameters = weights.map((values) => Float64Array.from(values));
  const [m, v] = [0, 1].map(() => parameters.map(({ length }) => new Float64Array(length))) as [
    Float64Array[],
    Float64Array[],
  ];
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const first = ((step - 1) * rows) % all;
    const activations = [
      Float64Array.from(x.subarray(first * (sizes[0] as number), (first + rows) * (sizes[0] as number))),
    ];
    for (let layer = 0; layer < layers; layer++) {
      const [w, b] = [parameters[2 * layer] as Float64Array, parameters[2 * layer + 1] as Float64Array];
      const out = product(
        activations[layer] as Float64Array,
        w,
        rows,
        sizes[layer] as number,
        sizes[layer + 1] as number,
      );
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (b[i % b.length] as number);
      if (layer < layers - 1) for (let i = 0; i < out.length; i++) out[i] = Math.max(out[i] as number, 0);
      activations.push(out);
    }
    const { loss, gradient } = lossOf(activations[layers] as Float64Array, labels.subarray(first, first + rows), rows);
    losses.push(loss);
    const gradients: Float64Array[] = [];
    let delta = gradient;
    for (let layer = layers - 1; layer >= 0; layer--) {
      const [from, to] = [sizes[layer] as number, sizes[layer + 1] as number];
      const input = activations[layer] as Float64Array;
      gradients[2 * layer + 1] = Float64Array.from({ length: to }, (_, j) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += delta[row * to + j] as number;
        return sum;
      });
      gradients[2 * layer] = product(transposed(input, rows, from), delta, from, rows, to);
      const before = product(delta, transposed(parameters[2 * layer] as Float64Array, from, to), rows, to, from);
      for (let i = 0; i < before.length; i++) if ((input[i] as number) <= 0) before[i] = 0;
      delta = before;
    }
    for (const [index, p] of parameters.entries()) {
      const [g, mean, square] = [gradients[index], m[index], v[index]] as [Float64Array, Float64Array, Float64Array];
      for (let i = 0; i < p.length; i++) {
        const each = g[i] as number;
        if (optimizer === 'SGD') {
          p[i] = (p[i] as number) - rate * each;
          continue;
        }
        mean[i] = (mean[i] as number) + 0.1 * (each - (mean[i] as number));
        square[i] = (square[i] as number) + 0.001 * (each * each - (square[i] as number));
        const corrected = (rate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
        p[i] = (p[i] as number) - (corrected * (mean[i] as number)) / (Math.sqrt(square[i] as number) + 1e-7);
      }
    }
  }
  return losses;
}

function lossOf(
  logits: Float64Array,
  labels: Float32Array,
  rows: number,
): { loss: number; gradient: Float64Array<ArrayBuffer> } {
  const k = logits.length / rows;
  const gradient = new Float64Array(logits.length);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    // One logit is two, of which the first is 0.
    const all = k === 1 ? [0, logits[row] as number] : Array.from(logits.subarray(row * k, (row + 1) * k));
    const top = Math.max(...all);
    const total = all.reduce((before, z) => before + Math.exp(z - top), 0);
    sum += Math.log(total) + top - (all[label] as number);
    for (let j = 0; j < k; j++) {
      const place = k === 1 ? 1 : j;
      const share = Math.exp((all[place] as number) - top) / total;
      gradient[row * k + j] = (share - (place === label ? 1 : 0)) / rows;
    }
  }
  return { loss: sum / rows, gradient };
}

function product(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k] as number;
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++)
        out[i * columns + j] = (out[i * columns + j] as number) + factor * (b[k * columns + j] as number);
    }
  return out;
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)] as number);
}
