import { elementwise } from './elementwise.js';
import { images } from './images.js';
import type { Lowerings } from './graph-builder.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';

/** The kernels of tfjs that TensorFlow has operations for. */
export const tensorflowOps: Lowerings = { ...elementwise, ...shapes, ...reductions, ...products, ...images };
