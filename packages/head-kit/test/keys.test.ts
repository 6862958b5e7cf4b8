import { describe, expect, it } from 'vitest';
import { formatG, MetricKeys, PredictionKeys, ServingKeys, withHeadName } from '../src/index.js';

describe('line 3: the strings of all keys', () => {
  it('metric keys', () => {
    const strings = Object.fromEntries(Object.entries(MetricKeys).filter(([, value]) => typeof value === 'string'));
    expect(strings).toEqual({
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
    });
    expect(MetricKeys.accuracyAtThreshold(0.25)).toBe('accuracy/positive_threshold_0.25');
    expect(MetricKeys.precisionAtThreshold(0.5)).toBe('precision/positive_threshold_0.5');
    expect(MetricKeys.recallAtThreshold(0.123456789)).toBe('recall/positive_threshold_0.123457');
    expect(MetricKeys.precisionAtRecall(0.9)).toBe('precision_at_recall_0.9');
    expect(MetricKeys.recallAtPrecision(0.9)).toBe('recall_at_precision_0.9');
    expect(MetricKeys.sensitivityAtSpecificity(1e-5)).toBe('sensitivity_at_specificity_1e-05');
    expect(MetricKeys.specificityAtSensitivity(1)).toBe('specificity_at_sensitivity_1');
    expect(MetricKeys.probabilityMeanAtClass(3)).toBe('probability_mean/class3');
    expect(MetricKeys.aucAtClass(0)).toBe('auc/class0');
    expect(MetricKeys.aucPrAtClass(12)).toBe('auc_precision_recall/class12');
    expect(MetricKeys.probabilityMeanAtName('cat')).toBe('probability_mean/cat');
    expect(MetricKeys.aucAtName('cat')).toBe('auc/cat');
    expect(MetricKeys.aucPrAtName('cat')).toBe('auc_precision_recall/cat');
  });

  it('prediction and serving keys', () => {
    expect(Object.values(PredictionKeys)).toEqual([
      'classes',
      'class_ids',
      'all_classes',
      'all_class_ids',
      'logistic',
      'logits',
      'predictions',
      'probabilities',
      'top_k',
    ]);
    expect(Object.values(ServingKeys)).toEqual(['serving_default', 'classification', 'regression', 'predict']);
  });
});

describe('line 4: %g', () => {
  it.each([
    [0.25, '0.25'],
    [0.123456789, '0.123457'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [0.9999999, '1'],
    [0.5, '0.5'],
    [100000, '100000'],
    [999999.5, '1e+06'],
    [1e6, '1e+06'],
    [123456789, '1.23457e+08'],
    [-0.00001234, '-1.234e-05'],
    [1e100, '1e+100'],
    [0, '0'],
    [-0, '-0'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('%d is written %s', (value, text) => {
    expect(formatG(value)).toBe(text);
  });
});

describe('line 5: the suffix', () => {
  it('is there for a name, and not for an empty one', () => {
    expect(withHeadName('label/mean', 'price')).toBe('label/mean/price');
    expect(withHeadName('label/mean', '')).toBe('label/mean');
    expect(withHeadName('label/mean', undefined)).toBe('label/mean');
  });
});
