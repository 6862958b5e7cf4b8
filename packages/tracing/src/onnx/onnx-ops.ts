import { elementwise } from './elementwise.js';
import { images } from './images.js';
import type { Lowerings } from './onnx-graph.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';

/** The kernels of tfjs by the operators of ONNX. */
export const onnxOps: Lowerings = { ...elementwise, ...shapes, ...reductions, ...products, ...images };
