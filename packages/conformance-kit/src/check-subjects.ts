import { labelKinds } from '@tfjs-heads/reference';
import {
  array,
  boolean,
  check,
  custom,
  function_,
  optional,
  picklist,
  pipe,
  record,
  string,
  type GenericSchema,
} from 'valibot';
import { WEIGHT } from './batch.js';
import { expectationSchema } from './expectation.js';
import {
  wrongSubjectName,
  type Claims,
  type FeatureClaim,
  type LabelClaims,
  type Subject,
  type Subjects,
} from './subject.js';
import { consistent, distinct, exactly, text, validated, wholeNumber, type Problem } from './validate.js';

/**
 * Takes what a module exports for the heads to be tried.
 *
 * @throws Error that says what is wrong with it
 */
export function checkSubjects(value: unknown): Subjects {
  const refuse = (got: string): never => {
    throw new Error(
      `expected \`export const subjects = { MyHead: { create: (options) => new MyHead(options) } }\`, but ${got}.`,
    );
  };
  if (value === undefined) return refuse('there is no export `subjects`');
  if (typeof value !== 'object' || value === null)
    return refuse(`\`subjects\` is ${value === null ? 'null' : `a ${typeof value}`}`);
  const entries = Object.entries(value as Record<string, { create?: unknown } | null | undefined>);
  if (entries.length === 0) refuse('`subjects` is empty');
  for (const [name, subject] of entries) {
    const wrong = wrongSubjectName(name);
    if (wrong !== undefined) refuse(wrong);
    if (typeof subject?.create !== 'function') refuse(`\`subjects\` has in '${name}' no function \`create\``);
  }
  return value as Subjects;
}

const feature: GenericSchema<unknown, FeatureClaim> = consistent(
  exactly({ kind: picklist(labelKinds), lastDimension: optional(wholeNumber(1)), classes: optional(wholeNumber(2)) }),
  ({ kind, classes }) => problemOfClasses(kind, classes),
);

const prediction = exactly({ lastDimension: wholeNumber(1), dtype: picklist(['float32', 'int32', 'bool', 'string']) });

/** A URL of another realm is one, too. */
const url = custom<URL>(
  (value) => typeof (value as URL | null)?.href === 'string' && URL.canParse((value as URL).href),
  'expected a URL',
);

const anyFunction = custom<NonNullable<Claims['batch']>>((value) => typeof value === 'function', 'expected a function');

const anyNumber = custom<number>((value) => typeof value === 'number', 'expected a number');

/** It stands in the keys of predictions and metrics. */
const headName = pipe(
  text,
  check((name) => /^[^\s/,:*=]+$/.test(name), 'expected a name without / , : * = and spaces'),
);

const labelClaims = {
  labels: optional(picklist(labelKinds)),
  classes: optional(wholeNumber(2)),
  labelDimension: optional(wholeNumber(1)),
  sparse: optional(boolean()),
  vocabulary: optional(distinct(text)),
  labelsOutOfRange: optional(array(anyNumber)),
};

const part: GenericSchema<unknown, LabelClaims & { readonly logitsDimension: number }> = consistent(
  exactly({ ...labelClaims, logitsDimension: wholeNumber(1) }),
  problemsOfLabels,
);

const subject: GenericSchema<unknown, Claims> = consistent(
  exactly({
    create: function_(),
    ...labelClaims,
    heads: optional(
      pipe(
        record(headName, part),
        check((heads) => Object.keys(heads).length > 0, 'expected a head at least, got none'),
      ),
    ),
    weights: optional(picklist(['rows', 'logits', 'none'])),
    weightOfZero: optional(picklist(['removes', 'multiplies'])),
    features: optional(
      record(
        pipe(
          text,
          check((name) => name !== WEIGHT, `the feature '${WEIGHT}' holds the weights: see the claim weights`),
        ),
        feature,
      ),
    ),
    rows: optional(picklist(['independent', 'dependent'])),
    mask: optional(text),
    batch: optional(anyFunction),
    predictions: optional(record(string(), prediction)),
    metrics: optional(distinct(text)),
    unweightedMetrics: optional(distinct(text)),
    batchMetrics: optional(distinct(text)),
    goldens: optional(url),
    expectedFailures: optional(array(expectationSchema)),
  }),
  problemsOf,
);

/**
 * A claim that is misspelt would be held against nobody.
 *
 * @throws Error that names the claim, what was expected and what it got
 */
export function checkClaims(name: string, claims: Subject): void {
  validated(subject, claims, `${name} claims`);
}

function* problemsOf(claims: Claims): Generator<Problem> {
  const { metrics, unweightedMetrics, batchMetrics, heads, weights, weightOfZero, mask, features = {} } = claims;
  yield* problemsOfLabels(claims);
  for (const key of heads === undefined ? [] : Object.keys(labelClaims)) {
    if (claims[key as keyof LabelClaims] !== undefined)
      yield [[key], `expected it for each of the heads ${Object.keys(heads ?? {}).join(', ')}, got one for all`];
  }
  if (heads !== undefined && weights === 'logits')
    yield [['weights'], "expected 'rows' or 'none' for a head made of heads, got 'logits'"];
  if (weights === 'none' && weightOfZero === 'removes')
    yield [['weightOfZero'], "expected 'multiplies' for a head that takes no weights, got 'removes'"];
  if (mask !== undefined && (mask === WEIGHT || mask in features))
    yield [['mask'], `expected a feature besides the weights and those of features, got '${mask}'`];
  for (const [claim, keys = []] of Object.entries({ unweightedMetrics, batchMetrics })) {
    for (const [i, key] of keys.entries()) {
      if (metrics?.includes(key) === false)
        yield [[claim, i], `expected one of the metrics ${metrics.join(', ')}, got '${key}'`];
    }
  }
}

function* problemsOfLabels({ labels = 'real', classes, sparse, vocabulary }: LabelClaims): Generator<Problem> {
  yield* problemOfClasses(labels, classes);
  for (const [key, claim] of Object.entries({ sparse, vocabulary })) {
    if (claim !== undefined && labels !== 'class')
      yield [[key], `expected it for the kind 'class' alone, got it for '${labels}'`];
  }
  if (classes !== undefined && vocabulary !== undefined && classes !== vocabulary.length)
    yield [['classes'], `expected ${vocabulary.length} as there are words in the vocabulary, got ${classes}`];
}

function* problemOfClasses(kind: string, classes: number | undefined): Generator<Problem> {
  if (classes !== undefined && kind !== 'class')
    yield [['classes'], `expected a number of classes for the kind 'class' alone, got ${classes} for '${kind}'`];
}
