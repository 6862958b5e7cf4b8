export { Dropout } from './dropout/dropout.js';
export type { DropoutOptions } from './dropout/dropout.js';
export type { Feed, FeedSource } from './feed.js';
export { printProgram } from './print.js';
export type {
  Argument,
  Constant,
  ConstantData,
  Described,
  Node,
  Program,
  ProgramVariable,
  Result,
  Use,
} from './program.js';
export { traceStep } from './trace-step.js';
export { checkRunOptions } from './run-options.js';
export type { RunOptions } from './run-options.js';
export type { Step, Trace, TraceOptions } from './trace-step.js';
export { trainStep } from './train-step.js';
export type { Batch, TrainStepOptions } from './train-step.js';
