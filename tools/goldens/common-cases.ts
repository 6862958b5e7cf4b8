import {
  drawnBatch,
  weighted,
  written,
  type CaseDescription,
  type DrawnKind,
  type Options,
  type WeightShape,
} from './describe.js';

interface Drawn {
  readonly shape: readonly number[];
  readonly weights: WeightShape;
  readonly reduction: string;
  readonly lossOnly?: boolean;
  readonly at?: readonly number[];
}

/** What every head of the family must do with numbers of no special kind, where it has `dimension` logits a row. */
export function commonCases(labels: DrawnKind, dimension: number, options: Options = {}): CaseDescription[] {
  const labelDimension = dimension === 1 ? {} : { labelDimension: dimension };
  const one = ({ shape, weights, reduction, ...rest }: Drawn): CaseDescription => {
    const batch = drawnBatch(labels, shape, weights);
    const dimensionOption = shape.at(-1) === 1 ? {} : labelDimension;
    return {
      parameters: { inputs: 'drawn', shape: shape.join('x'), weights, reduction },
      options: weighted({ ...options, ...dimensionOption, lossReduction: reduction }, batch),
      ...batch,
      ...rest,
    };
  };
  const shapes: readonly WeightShape[] =
    dimension === 1 ? ['none', 'rows', 'column'] : ['none', 'rows', 'column', 'logits'];
  // How a sum is weighed and what it is divided by belong together; metrics and predictions know no reduction.
  const reductions = shapes.flatMap((weights) => [
    one({ shape: [5, dimension], weights, reduction: 'sum_over_batch_size' }),
    one({ shape: [5, dimension], weights, reduction: 'sum', lossOnly: true }),
  ]);
  return [
    ...reductions,
    one({ shape: [5, dimension], weights: 'rows', reduction: 'auto', lossOnly: true }),
    ...ranks(dimension).map(({ shape, weights }) => one({ shape, weights, reduction: 'sum_over_batch_size' })),
    // One texel of a packed texture, a half one, and what does not fill the last.
    one({ shape: [1, 1], weights: 'none', reduction: 'sum_over_batch_size' }),
    one({ shape: [2, 1], weights: 'rows', reduction: 'sum' }),
    one({ shape: [3, 1], weights: 'column', reduction: 'sum_over_batch_size' }),
    one({ shape: [33, 1], weights: 'rows', reduction: 'sum_over_batch_size' }),
    one({ shape: [257, dimension], weights: 'rows', reduction: 'sum' }),
    // Where a sum in one float32 drifts.
    one({
      shape: [100_003, 1],
      weights: 'rows',
      reduction: 'sum_over_batch_size',
      at: [0, 1, 255, 4096, 65_535, 100_000, 100_001, 100_002],
    }),
    ...zeroWeights(labels, options),
    labelsWithoutLastDimension(labels, options),
  ];
}

/** Weights come in every layout; one for each logit only where that differs from one for each row. */
function ranks(dimension: number): Pick<Drawn, 'shape' | 'weights'>[] {
  return [
    { shape: [2, 3, dimension], weights: 'rows' },
    { shape: [2, 1, 3, dimension], weights: 'column' },
    { shape: [2, 1, 2, 3, dimension], weights: dimension === 1 ? 'rows' : 'logits' },
  ];
}

function zeroWeights(labels: DrawnKind, options: Options): CaseDescription[] {
  const weights = { 'some-0': [0, 2, 0, 1.5], 'all-0': [0, 0, 0, 0], 'sum-0': [1, -2, 0.5, 0.5] };
  return Object.entries(weights).map(([name, values]) => ({
    parameters: { inputs: 'drawn', shape: '4x1', weights: name },
    options: { ...options, weightColumn: 'weight' },
    ...drawnBatch(labels, [4, 1]),
    weights: written([4], values),
  }));
}

/** Labels of a rank less than the logits, and weights of their shape. */
function labelsWithoutLastDimension(kind: DrawnKind, options: Options): CaseDescription {
  const { labels, ...batch } = drawnBatch(kind, [7, 1], 'rows');
  return {
    parameters: { inputs: 'drawn', shape: '7x1', labels: '7', weights: 'rows' },
    options: { ...options, weightColumn: 'weight' },
    ...batch,
    labels: { ...labels, shape: [7] },
  };
}
