export { exportSavedModel } from './saved-model/export-saved-model.js';
export type { ExportedModel, ExportOptions } from './saved-model/export-saved-model.js';
export type { SignatureSpec, TensorSpec } from './saved-model/prediction-graph.js';
