import type { Head, Reduction } from '@tfjs-heads/head-api';
import type { LabelKind } from '@tfjs-heads/reference';
import type { Batch, BatchSize } from './batch.js';
import type { Expectation } from './expectation.js';
import type { Address } from './json.js';
import { printableLine } from './printable.js';

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

/** A feature that a head's loss or metrics are computed from, besides its weights. The suite draws it, a row for each row of the logits. */
export interface FeatureClaim {
  readonly kind: LabelKind;
  /** Its shape is `[D0, .., DN, lastDimension]`. Default: 1. */
  readonly lastDimension?: number | undefined;
  /** How many classes there are, for the kind `class`; such a feature is int32, others are float32. Default: 2. */
  readonly classes?: number | undefined;
}

/** What a head takes for labels. */
export interface LabelClaims {
  /** Default: `real`. */
  readonly labels?: LabelKind | undefined;
  /** How many classes there are, for labels of the kind `class`. Default: `logitsDimension`. */
  readonly classes?: number | undefined;
  /** The last dimension of the labels. Default: the head's `logitsDimension`, and 1 for labels of the kind `class`. */
  readonly labelDimension?: number | undefined;
  /** Whether labels of the kind `class` are sparse: any number of ids for each row. Default: false. */
  readonly sparse?: boolean | undefined;
  /** What labels of the kind `class` are called, by their ids: they are then strings. Default: they are ids. */
  readonly vocabulary?: readonly string[] | undefined;
  /** Labels that the head must refuse with LABELS_RANGE. Default: none. */
  readonly labelsOutOfRange?: readonly number[] | undefined;
}

/** What a head says of itself, so that the suite knows what to hold it to. A wrong claim fails. */
export interface Claims extends LabelClaims {
  /**
   * For a head that is made of heads: the logits and the labels of each, by name, in the order in which predictions name them.
   * Logits and labels are then maps by these names. It is asked for no name of its own. Default: it is one head.
   */
  readonly heads?: Readonly<Record<string, LabelClaims & { readonly logitsDimension: number }>> | undefined;
  /** One weight for each row, for each logit too, or none at all. Default: `rows`. */
  readonly weights?: 'rows' | 'logits' | 'none' | undefined;
  /**
   * What a weight of 0 does to a row with a logit that is NaN or infinite: it `removes` the row from loss and gradient, or `multiplies` what is there,
   * which is NaN, as in the original. Default: `multiplies`, and nothing is asked.
   */
  readonly weightOfZero?: 'removes' | 'multiplies' | undefined;
  /** Features that the loss or the metrics need, by name. Default: none. */
  readonly features?: Readonly<Record<string, FeatureClaim>> | undefined;
  /**
   * Whether the loss of a row depends on the other rows of its batch, as in a partial likelihood or a ranking. What follows from
   * independence is then not asked for, such as that a batch can be cut anywhere. Default: `independent`.
   */
  readonly rows?: 'independent' | 'dependent' | undefined;
  /**
   * For a head of sequences: the feature, bool `[D0, .., DN]`, that is 1 for each step of a sequence and 0 for what only fills it up,
   * which must count for nothing. Logits are `[B, T, K]`, weights `[B, T]`. Default: there is none.
   */
  readonly mask?: string | undefined;
  /** Draws a batch: the same for the same size, with weights where that asks for some. Default: what the other claims say is drawn. */
  readonly batch?: ((size: BatchSize, head: Head) => Batch) | undefined;
  /** The keys of the predictions with the last dimension and the dtype of each. Default: whatever the head predicts. */
  readonly predictions?:
    | Readonly<
        Record<string, { readonly lastDimension: number; readonly dtype: 'float32' | 'int32' | 'bool' | 'string' }>
      >
    | undefined;
  /** The keys of the metrics, in order. Default: whatever the head measures. */
  readonly metrics?: readonly string[] | undefined;
  /** The keys of metrics that weights mean nothing to, such as a number of rows. Default: none. */
  readonly unweightedMetrics?: readonly string[] | undefined;
  /** The keys of metrics that are means over batches and not over rows, such as the training loss of each head of several. Default: none. */
  readonly batchMetrics?: readonly string[] | undefined;
  /** Inputs and expected values that the head's author vouches for: a file of the form of `GoldenFile`. Default: none. */
  readonly goldens?: Address | undefined;
  /** Cases of this head that are known to fail, on every backend. One that passes all the same fails, and so does a query of none of its cases. Default: none. */
  readonly expectedFailures?: readonly Expectation[] | undefined;
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

/** Longer ones fit no table, and no line. */
export const LONGEST_NAME = 100;

/** The subject of the cases that are about the backend alone. */
export const TFJS = 'tfjs';

/** Why a subject cannot be called so; undefined where it can. */
export function wrongSubjectName(name: string): string | undefined {
  const said = `'${printableLine(name.slice(0, LONGEST_NAME))}${name.length > LONGEST_NAME ? '…' : ''}' is no name for a subject`;
  if (name.length > LONGEST_NAME) return `${said}: expected at most ${LONGEST_NAME} characters, got ${name.length}`;
  if (name === TFJS) return `${said}: ${TFJS} stands for the backend alone`;
  const isName = /^[^\s*,:=]+$/.test(name) && printableLine(name) === name;
  return isName ? undefined : `${said}: queries need one without * , : = or spaces, and without control characters`;
}
