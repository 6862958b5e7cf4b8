export { exportSavedModel } from './saved-model/export-saved-model.js';
export type { ExportedModel, ExportOptions } from './saved-model/export-saved-model.js';
export type { SignatureSpec, TensorSpec } from './prediction/signature.js';
export type {
  CategoryLookup,
  ExampleParsing,
  FeatureSpec,
  FixedLenFeature,
  MadeInput,
  VarLenFeature,
} from './saved-model/example-features.js';
