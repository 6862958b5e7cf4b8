import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { ask, describeValue, headError, quote } from '@tfjs-heads/head-kit';
import { withMessage } from './heads.js';
import { flatten, type Flattened } from './flatten.js';
import { featureAt, type Steps, stepsOf } from './steps.js';

const LOGITS: Flattened = { name: 'logits', missing: 'LOGITS_MISSING', dtype: 'LOGITS_DTYPE', shape: 'LOGITS_SHAPE' };
const LABELS: Flattened = { name: 'labels', missing: 'LABELS_MISSING', dtype: 'LABELS_DTYPE', shape: 'LABELS_SHAPE' };

/** Batches of sequences, as a head for single steps gets them. What it gives are tensors of their own: call it under a tidy. */
export class Sequences {
  /** Under which name the mask is among the features. */
  readonly maskKey: string;
  /** The features that the head gets. */
  readonly columns: readonly string[];

  constructor(maskKey: string, columns: readonly string[]) {
    this.maskKey = maskKey;
    this.columns = columns;
  }

  /** @throws SEQUENCE_MASK_MISSING, SEQUENCE_MASK_INVALID, FEATURES_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN */
  steps(features: unknown): Steps {
    return stepsOf(features, this.maskKey);
  }

  /** @throws LOGITS_MISSING, LOGITS_DTYPE, LOGITS_SHAPE, SEQUENCE_MASK_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN */
  logits(logits: unknown, steps: Steps): Tensor {
    return flatten(logits, LOGITS, { steps, key: this.maskKey });
  }

  /** @throws LABELS_MISSING, LABELS_DTYPE, LABELS_SHAPE, SEQUENCE_MASK_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN */
  labels(labels: unknown, steps: Steps): Tensor {
    return flatten(labels, LABELS, { steps, key: this.maskKey });
  }

  /**
   * The columns alone: a head that finds its weights among them must have them listed.
   *
   * @throws FEATURES_INVALID, SEQUENCE_MASK_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
   */
  features(features: unknown, steps: Steps): Features {
    return Object.fromEntries(this.columns.map((column) => [column, this.feature(features, column, steps)]));
  }

  /** One of them. */
  feature(features: unknown, column: string, steps: Steps): Tensor {
    const given = featureAt(features, column);
    const name = `features[${quote(column)}]`;
    if (given === undefined || given === null) {
      throw headError(
        'FEATURES_INVALID',
        `${quote(column)} column expected in features dictionary: features must have each of featureColumns, got ${describeValue(features)}.`,
      );
    }
    const what: Flattened = { name, missing: 'FEATURES_INVALID', dtype: 'FEATURES_INVALID', shape: 'FEATURES_INVALID' };
    return flatten(given, what, { steps, key: this.maskKey });
  }

  /** Runs the head for single steps, and says in its errors of which sequences these are. */
  ofSequences<T>(labels: unknown, logits: unknown, features: unknown, run: () => T): T {
    try {
      return run();
    } catch (error) {
      const columns = this.columns.map(
        (name) => `, features[${quote(name)}] ${describeValue(ask(() => featureAt(features, name), undefined))}`,
      );
      const got = `labels ${describeValue(labels)}, logits ${describeValue(logits)}${columns.join('')}`;
      throw withMessage(error, (message) => `${message} This is of the real steps of sequences, got ${got}.`);
    }
  }
}
