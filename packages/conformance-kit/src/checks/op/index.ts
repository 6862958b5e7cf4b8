import type { Checks } from '../check.js';
import { axes } from './axes.js';
import { cumulative } from './cumulative.js';
import { division } from './division.js';
import { elementwise } from './elementwise.js';
import { fusedProducts } from './fused-products.js';
import { gradients } from './gradients.js';
import { indexing } from './indexing.js';
import { infinities } from './infinities.js';
import { layout } from './layout.js';
import { memory } from './memory.js';
import { network } from './network.js';
import { notANumber } from './not-a-number.js';
import { optimizers } from './optimizers.js';
import { precision } from './precision.js';
import { products } from './products.js';
import { reading } from './reading.js';
import { secondDerivatives } from './second-derivatives.js';
import { selfTest } from './self-test.js';
import { softmaxes } from './softmaxes.js';
import { sums } from './sums.js';
import { weightedLosses } from './weighted-losses.js';
import { wholeNumbers } from './whole-numbers.js';

/** What training relies on a backend for, without any head. */
export const opChecks: Checks = {
  'self-test': selfTest,
  precision,
  division,
  elementwise,
  infinity: infinities,
  nan: notANumber,
  'whole-numbers': wholeNumbers,
  sum: sums,
  cumsum: cumulative,
  axis: axes,
  softmax: softmaxes,
  layout,
  index: indexing,
  product: products,
  'fused-product': fusedProducts,
  gradient: gradients,
  'second-derivative': secondDerivatives,
  network,
  optimizer: optimizers,
  loss: weightedLosses,
  reading,
  memory,
};
