export { exportGraphModel, toGraphModel } from './graph-model/export-graph-model.js';
export type { GraphModel, GraphModelOptions, GraphModelSpec } from './graph-model/export-graph-model.js';
