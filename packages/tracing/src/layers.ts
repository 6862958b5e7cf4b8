export { accelerate } from './layers/accelerate.js';
export type { Acceleration, AccelerateOptions } from './layers/accelerate.js';
