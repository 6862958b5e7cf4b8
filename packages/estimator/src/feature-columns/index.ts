export { bucketizedColumn, type BucketizedColumn } from './bucketized-column.js';
export {
  categoricalColumnWithHashBucket,
  categoricalColumnWithIdentity,
  categoricalColumnWithVocabularyList,
  type CategoryDtype,
  type HashBucketColumn,
  type HashBucketOptions,
  type IdentityColumn,
  type IdentityOptions,
  type VocabularyListColumn,
  type VocabularyListOptions,
} from './categorical-columns.js';
export type { CategoricalColumn } from './categorical-column.js';
export type { DenseColumn, FeatureColumn } from './columns.js';
export { crossedColumn, type CrossedColumn, type CrossedKey, type CrossedOptions } from './crossed-column.js';
export { type ColumnScope, type DenseInput, denseInput } from './dense-input.js';
export {
  type Combiner,
  embeddingColumn,
  type EmbeddingColumn,
  type EmbeddingOptions,
  type SequenceEmbeddingColumn,
  sharedEmbeddings,
  type SharedEmbeddingsOptions,
} from './embedding-column.js';
export { indicatorColumn, type IndicatorColumn, type SequenceIndicatorColumn } from './indicator-column.js';
export { linearModel, type LinearModel, type LinearModelOptions } from './linear-model.js';
export { makeParseExampleSpec } from './parse-example-spec.js';
export { type ColumnGroup, prepareFeatures, prepareFeaturesAtHand } from './prepare-features.js';
export { categoricalColumnWithVocabularyFile, type VocabularyFileOptions } from './vocabulary-file.js';
export {
  type WeighedColumn,
  weightedCategoricalColumn,
  type WeightedCategoricalColumn,
  type WeightedCategoricalOptions,
} from './weighted-categorical-column.js';
export { type SequenceInput, sequenceInput } from './sequence-input.js';
export {
  sequenceCategoricalColumnWithHashBucket,
  sequenceCategoricalColumnWithIdentity,
  sequenceCategoricalColumnWithVocabularyFile,
  sequenceCategoricalColumnWithVocabularyList,
  type SequenceCategoricalColumn,
} from './sequence-categorical-columns.js';
export {
  type SequenceColumn,
  sequenceNumericColumn,
  type SequenceNumericColumn,
  type SequenceNumericOptions,
} from './sequence-columns.js';
