import type { Head, Reduction } from '@tfjs-heads/head-api';

/** What the suite asks a factory for: it sets some of these, and leaves the rest to the head's defaults. */
export interface HeadOptions {
  /** The feature that holds the weights. */
  readonly weightColumn?: string;
  readonly lossReduction?: Reduction;
  readonly name?: string;
  /** Options of the head's own, which only its goldens set. */
  readonly [option: string]: unknown;
}

/** Makes a head. The options are those of the head's constructor: hand them on. */
export type HeadFactory = (options: HeadOptions) => Head;

/** Which values the labels of a head have: any numbers, counts, numbers from 0 to 1, 0 or 1, or whole numbers below `logitsDimension`. */
export type LabelKind = 'real' | 'count' | 'probability' | 'binary' | 'class';

/** What a head says of itself, so that the suite knows what to hold it to. A wrong claim fails. */
export interface Claims {
  /** Default: `real`. */
  readonly labels?: LabelKind;
  /** The last dimension of the labels. Default: the head's `logitsDimension`, and 1 for labels of the kind `class`. */
  readonly labelDimension?: number;
  /** One weight for each row, for each logit too, or none at all. Default: `rows`. */
  readonly weights?: 'rows' | 'logits' | 'none';
  /** Labels that the head must refuse with LABELS_RANGE. Default: none. */
  readonly labelsOutOfRange?: readonly number[];
  /** The keys of the predictions with the last dimension and the dtype of each. Default: whatever the head predicts. */
  readonly predictions?: Readonly<Record<string, { readonly lastDimension: number; readonly dtype: 'float32' | 'int32' | 'bool' | 'string' }>>;
  /** The keys of the metrics, in order. Default: whatever the head measures. */
  readonly metrics?: readonly string[];
  /** Inputs and expected values that the head's author vouches for: a file of the form of `GoldenFile`. Default: none. */
  readonly goldens?: URL;
}

/** A head under test. */
export interface Subject extends Claims {
  readonly create: HeadFactory;
}

/** What a module exports to be certified: `export const subjects: Subjects = { MyHead: { create: (options) => new MyHead(options) } }`. */
export type Subjects = Readonly<Record<string, Subject>>;

/** A subject with its name, as checks get it. */
export interface NamedSubject extends Subject {
  readonly name: string;
}
