import type { KernelWriter } from '../lowering.js';
import { einsum } from './einsum.js';
import { elementwise } from './elementwise.js';
import { folds } from './folds.js';
import { images } from './images.js';
import { indices } from './indices.js';
import { products } from './products.js';
import { resizing } from './resizing.js';
import { scans } from './scans.js';
import { shapes } from './shapes.js';

/**
 * What each kernel of tfjs computes, as expressions. In which shapes and dtypes kernels may be called is tfjs' to know: the program was run by it.
 */
export const kernelWriters: Readonly<Record<string, KernelWriter>> = {
  Einsum: einsum,
  ...elementwise,
  ...folds,
  ...images,
  ...indices,
  ...products,
  ...resizing,
  ...scans,
  ...shapes,
};
