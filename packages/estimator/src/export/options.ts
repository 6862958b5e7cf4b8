import type { Features, PredictSpec } from '@tfjs-heads/head-api';
import type { FeatureSpec } from '@tfjs-heads/tracing/saved-model';

/** What every export of an estimator takes. */
export interface ExportOptions {
  /** Features as the served model is given them, some rows of each; they stay the caller's. */
  readonly example: Features;
  /** Default: the latest checkpoint. */
  readonly checkpointPath?: string | undefined;
}

/** What `Estimator.exportSavedModel` takes besides the folder. */
export interface ExportSavedModelOptions extends ExportOptions {
  /**
   * What serialised `tf.Example`s have, as `makeParseExampleSpec(featureColumns)` says it: the model parses them, and looks up the ids of categories itself. Default: it
   * takes features as tensors, after `prepare`.
   */
  readonly featureSpec?: FeatureSpec | undefined;
}

/** What `Estimator.exportOnnx` and `exportGraphModel` take besides where to write. */
export interface ExportFileOptions extends ExportOptions {
  /** Which of the head's export outputs. Default: `predict`, with all predictions. */
  readonly signature?: string | undefined;
  /** Whether what is there already is replaced. Default: no. */
  readonly overwrite?: boolean | undefined;
}

/** What `Estimator.exportTflite` takes besides the file. */
export interface ExportTfliteOptions extends ExportFileOptions {
  /** How many rows a batch always has, for runtimes that do not resize inputs, as LiteRT in browsers. Default: any number. */
  readonly batchSize?: number | undefined;
}

/** The prediction of a checkpoint, as what writes it in some format takes it. */
export interface ServedPrediction {
  readonly predict: (features: Features) => PredictSpec;
  readonly example: readonly [Features];
}
