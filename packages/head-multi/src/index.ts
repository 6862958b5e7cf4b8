export type { MultiLabels, MultiLogits, MultiPredictions } from './head-types.js';
export { MultiHead } from './multi-head.js';
export type { MultiHeadOptions } from './multi-head.js';
export { SequentialHeadWrapper } from './sequential-head-wrapper.js';
export type { SequenceTensor, SequentialHeadWrapperOptions } from './sequential-head-wrapper.js';
