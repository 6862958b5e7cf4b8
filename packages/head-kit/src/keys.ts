import { formatG } from './format-g.js';

type AtNumber = (value: number) => string;
type AtName = (name: string) => string;

/**
 * The metric keys of the original, and the functions that make those with a number or a name in them. Whoever wants one of the
 * plain keys alone writes the string: the whole object would come along into a bundle.
 */
export const MetricKeys: {
  readonly LOSS: 'loss';
  readonly LOSS_MEAN: 'average_loss';
  readonly LOSS_REGULARIZATION: 'regularization_loss';
  readonly ACCURACY: 'accuracy';
  readonly PRECISION: 'precision';
  readonly RECALL: 'recall';
  readonly ACCURACY_BASELINE: 'accuracy_baseline';
  readonly AUC: 'auc';
  readonly AUC_PR: 'auc_precision_recall';
  readonly LABEL_MEAN: 'label/mean';
  readonly PREDICTION_MEAN: 'prediction/mean';
  readonly accuracyAtThreshold: AtNumber;
  readonly precisionAtThreshold: AtNumber;
  readonly recallAtThreshold: AtNumber;
  readonly precisionAtRecall: AtNumber;
  readonly recallAtPrecision: AtNumber;
  readonly sensitivityAtSpecificity: AtNumber;
  readonly specificityAtSensitivity: AtNumber;
  readonly probabilityMeanAtClass: AtNumber;
  readonly aucAtClass: AtNumber;
  readonly aucPrAtClass: AtNumber;
  readonly probabilityMeanAtName: AtName;
  readonly aucAtName: AtName;
  readonly aucPrAtName: AtName;
} = /*#__PURE__*/ Object.freeze({
  LOSS: 'loss',
  LOSS_MEAN: 'average_loss',
  LOSS_REGULARIZATION: 'regularization_loss',
  ACCURACY: 'accuracy',
  PRECISION: 'precision',
  RECALL: 'recall',
  ACCURACY_BASELINE: 'accuracy_baseline',
  AUC: 'auc',
  AUC_PR: 'auc_precision_recall',
  LABEL_MEAN: 'label/mean',
  PREDICTION_MEAN: 'prediction/mean',
  accuracyAtThreshold: (t) => `accuracy/positive_threshold_${formatG(t)}`,
  precisionAtThreshold: (t) => `precision/positive_threshold_${formatG(t)}`,
  recallAtThreshold: (t) => `recall/positive_threshold_${formatG(t)}`,
  precisionAtRecall: (r) => `precision_at_recall_${formatG(r)}`,
  recallAtPrecision: (p) => `recall_at_precision_${formatG(p)}`,
  sensitivityAtSpecificity: (s) => `sensitivity_at_specificity_${formatG(s)}`,
  specificityAtSensitivity: (s) => `specificity_at_sensitivity_${formatG(s)}`,
  probabilityMeanAtClass: (id) => `probability_mean/class${id}`,
  aucAtClass: (id) => `auc/class${id}`,
  aucPrAtClass: (id) => `auc_precision_recall/class${id}`,
  probabilityMeanAtName: (name) => `probability_mean/${name}`,
  aucAtName: (name) => `auc/${name}`,
  aucPrAtName: (name) => `auc_precision_recall/${name}`,
});

/** The prediction keys of the original. */
export const PredictionKeys: {
  readonly CLASSES: 'classes';
  readonly CLASS_IDS: 'class_ids';
  readonly ALL_CLASSES: 'all_classes';
  readonly ALL_CLASS_IDS: 'all_class_ids';
  readonly LOGISTIC: 'logistic';
  readonly LOGITS: 'logits';
  readonly PREDICTIONS: 'predictions';
  readonly PROBABILITIES: 'probabilities';
  readonly TOP_K: 'top_k';
} = /*#__PURE__*/ Object.freeze({
  CLASSES: 'classes',
  CLASS_IDS: 'class_ids',
  ALL_CLASSES: 'all_classes',
  ALL_CLASS_IDS: 'all_class_ids',
  LOGISTIC: 'logistic',
  LOGITS: 'logits',
  PREDICTIONS: 'predictions',
  PROBABILITIES: 'probabilities',
  TOP_K: 'top_k',
});

/** The keys under which a model is exported. */
export const ServingKeys: {
  readonly DEFAULT: 'serving_default';
  readonly CLASSIFICATION: 'classification';
  readonly REGRESSION: 'regression';
  readonly PREDICT: 'predict';
} = /*#__PURE__*/ Object.freeze({
  DEFAULT: 'serving_default',
  CLASSIFICATION: 'classification',
  REGRESSION: 'regression',
  PREDICT: 'predict',
});

/** `key/name`, or `key` alone for a head without a name. */
export function withHeadName(key: string, name: string | undefined): string {
  return name ? `${key}/${name}` : key;
}
