/**
 * Why a head refused something. Codes are stable within a major version; messages are not. Each
 * message names the argument, what was expected and what was got.
 */
export type HeadErrorCode =
  | 'EVAL_METRICS_INVALID'
  | 'EXPORT_OUTPUT_INVALID'
  | 'FEATURES_INVALID'
  | 'GRADIENT_UNSUPPORTED'
  | 'HEAD_WEIGHTS_INVALID'
  | 'HEADS_INVALID'
  | 'INVALID_ARGUMENT'
  | 'LABEL_DIMENSION_INVALID'
  | 'LABEL_VOCABULARY_INVALID'
  | 'LABELS_DTYPE'
  | 'LABELS_MISSING'
  | 'LABELS_RANGE'
  | 'LABELS_SHAPE'
  | 'LABELS_SPARSE'
  | 'LOGITS_DTYPE'
  | 'LOGITS_MISSING'
  | 'LOGITS_NOT_A_FUNCTION'
  | 'LOGITS_SHAPE'
  | 'LOSS_FN_INVALID'
  | 'LOSS_FN_SHAPE'
  | 'LOSS_REDUCTION_INVALID'
  | 'METRIC_CLASSES_INVALID'
  | 'METRIC_INPUT_INVALID'
  | 'METRIC_STATE_INVALID'
  | 'MODE_INVALID'
  | 'N_CLASSES_INVALID'
  | 'NOT_IMPLEMENTED'
  | 'NUMERIC_COLUMN_INVALID'
  | 'OPTIMIZER_INVALID'
  | 'PREDICTION_KEY_INVALID'
  | 'REGULARIZATION_LOSSES_INVALID'
  | 'SPEC_DISPOSED'
  | 'SPEC_INVALID'
  | 'TENSOR_DISPOSED'
  | 'TENSOR_FOREIGN'
  | 'THRESHOLDS_INVALID'
  | 'TRAIN_OP_CONFLICT'
  | 'TRAIN_OP_MISSING'
  | 'TRAIN_OP_USED'
  | 'TRAINABLE_VARIABLES_INVALID'
  | 'TRAINABLE_VARIABLES_MISSING'
  | 'UPDATE_OPS_INVALID'
  | 'WEIGHT_COLUMN_INVALID'
  | 'WEIGHTS_DTYPE'
  | 'WEIGHTS_MISSING'
  | 'WEIGHTS_SHAPE'
  | 'WEIGHTS_SPARSE';

/** An ordinary `Error` with a code. Recognise it by `code`, never by `instanceof`. */
export interface HeadError extends Error {
  readonly code: HeadErrorCode;
}
