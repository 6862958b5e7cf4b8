export { accelerate } from './layers/accelerate.js';
export type { Acceleration } from './layers/accelerate.js';
export type { RunOptions } from './run-options.js';
