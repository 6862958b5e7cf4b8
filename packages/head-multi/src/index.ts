export type { MultiLabels, MultiLogits, MultiPredictions } from './head-types.js';
export { MultiHead } from './multi-head.js';
export type { MultiHeadOptions } from './multi-head.js';
