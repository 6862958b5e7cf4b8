export { exportSavedModel } from './saved-model/export-saved-model.js';
export type { ExportedModel, ExportOptions } from './saved-model/export-saved-model.js';
export type { SignatureSpec, TensorSpec } from './prediction/signature.js';
export type {
  CategoryLookup,
  CrossedInput,
  CrossedPart,
  ExampleParsing,
  FeatureSpec,
  FixedLenFeature,
  LookedUpInput,
  MadeInput,
  VarLenFeature,
} from './saved-model/example-features.js';
