import type { Checks } from '../check.js';
import { addedGradients } from './added-gradients.js';
import { axes } from './axes.js';
import { cumulative, sums } from './sums.js';
import { convolutions } from './convolutions.js';
import { division, infinities, notANumber, precision, wholeNumbers } from './numbers.js';
import { elementwise, softmaxes } from './elementwise.js';
import { fusedProducts } from './fused-products.js';
import { gradients } from './gradients.js';
import { indexing, layout } from './indexing.js';
import { memory, reading } from './memory.js';
import { network } from './network.js';
import { optimizers } from './optimizers.js';
import { products } from './products.js';
import { ranks } from './ranks.js';
import { resizing } from './resizing.js';
import { secondDerivatives } from './second-derivatives.js';
import { selfTest } from './self-test.js';
import { volumeWindows } from './volumes.js';
import { weightedLosses } from './weighted-losses.js';

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
  convolution: convolutions,
  volume: volumeWindows,
  rank: ranks,
  resize: resizing,
  gradient: gradients,
  'added-gradient': addedGradients,
  'second-derivative': secondDerivatives,
  network,
  optimizer: optimizers,
  loss: weightedLosses,
  reading,
  memory,
};
