export { BinaryClassHead } from './binary-class-head.js';
export type { BinaryClassHeadOptions, BinaryClassPredictions } from './binary-class-head.js';
export { binaryOrMultiClassHead } from './binary-or-multi-class-head.js';
export type { ClassificationHeadOptions } from './options.js';
export { MultiClassHead } from './multi-class-head.js';
export type { MultiClassHeadOptions, MultiClassPredictions } from './multi-class-head.js';
export { MultiLabelHead } from './multi-label-head.js';
export type { MultiLabelHeadOptions, MultiLabelPredictions } from './multi-label-head.js';
