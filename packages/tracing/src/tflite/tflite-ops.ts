import { elementwise } from './elementwise.js';
import { images } from './images.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';
import type { Lowerings } from './tflite-graph.js';

/** The kernels of tfjs by the operators of TFLite. */
export const tfliteOps: Lowerings = { ...elementwise, ...shapes, ...reductions, ...products, ...images };
