export { glorotUniform, type Initializer, ones, truncatedNormal, zeros } from './initializers.js';
export type { ModelFn, ModelFnArgs } from './model-fn.js';
export { RunConfig, type RunConfigOptions } from './run-config.js';
export { type StatefulOptimizer, VariableStore, type VariableOptions } from './variable-store.js';
