/** A feature of a serialised `tf.Example` that has as many values in each. */
export interface FixedLenFeature {
  readonly kind: 'fixedLen';
  /** Of the values of one example. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  /** What an example has that lacks the feature: a number for all, or one for each. Default: such an example is refused. */
  readonly defaultValue?: number | readonly number[] | undefined;
}

/** A feature of a serialised `tf.Example` with any number of values. */
export interface VarLenFeature {
  readonly kind: 'varLen';
  readonly dtype: 'string' | 'float32' | 'int32';
}

/** Features by their names in an example, as the original's `make_parse_example_spec` has them. */
export type FeatureSpec = Readonly<Record<string, FixedLenFeature | VarLenFeature>>;

/** How the values of a category become ids. */
export type CategoryLookup =
  | {
      readonly kind: 'vocabulary';
      /** The id of a value is its place. */
      readonly values: readonly string[] | readonly number[];
      /** The id of another value, where there are no buckets for it; -1 for none. */
      readonly defaultValue: number;
      readonly numOovBuckets: number;
    }
  | { readonly kind: 'hash'; readonly numBuckets: number }
  | { readonly kind: 'identity'; readonly numBuckets: number; readonly defaultValue: number | undefined };

/** An argument of a prediction that is made of a feature with any number of values: `[batch, most]`, filled up with -1 or, of weights, 0. */
export interface LookedUpInput {
  readonly feature: string;
  /** Undefined for numbers that stay what they are, such as weights. */
  readonly lookup: CategoryLookup | undefined;
}

/** What is crossed: a category by its ids, a feature by its texts or integers, or numbers by the bucket in which they lie. */
export type CrossedPart =
  | LookedUpInput
  | {
      /** One of a fixed length, float32, of one dimension. */
      readonly feature: string;
      /** Rising. */
      readonly boundaries: readonly number[];
    };

/** Ids of the combinations of values of features: `[batch, most]`, filled up with -1. */
export interface CrossedInput {
  /** In the order in which they are hashed. */
  readonly cross: readonly CrossedPart[];
  readonly numBuckets: number;
  /** Where hashing begins, below 2^53. */
  readonly hashKey: number;
}

/** An argument of a prediction that is made of features of examples. */
export type MadeInput = LookedUpInput | CrossedInput;

/** How serialised examples become the arguments of a prediction. */
export interface ExampleParsing {
  readonly features: FeatureSpec;
  /** By the name of the argument. Default: the feature of that name, which has a fixed length. */
  readonly inputs?: Readonly<Record<string, MadeInput>> | undefined;
}
