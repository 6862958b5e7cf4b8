import { array, check, custom, function_, optional, picklist, pipe, record, string, type GenericSchema } from 'valibot';
import { WEIGHT } from './batch.js';
import { expectationSchema } from './expectation.js';
import type { Claims, FeatureClaim, Subject } from './subject.js';
import { labelKinds } from '@tfjs-heads/reference';
import { consistent, distinct, exactly, text, validated, wholeNumber, type Problem } from './validate.js';

const feature: GenericSchema<unknown, FeatureClaim> = consistent(
  exactly({ kind: picklist(labelKinds), lastDimension: optional(wholeNumber(1)), classes: optional(wholeNumber(2)) }),
  ({ kind, classes }) => problemOfClasses(kind, classes),
);

const prediction = exactly({ lastDimension: wholeNumber(1), dtype: picklist(['float32', 'int32', 'bool', 'string']) });

/** A URL of another realm is one, too. */
const url = custom<URL>((value) => typeof (value as URL | null)?.href === 'string' && URL.canParse((value as URL).href), 'expected a URL');

const anyNumber = custom<number>((value) => typeof value === 'number', 'expected a number');

const subject: GenericSchema<unknown, Claims> = consistent(
  exactly({
    create: function_(),
    labels: optional(picklist(labelKinds)),
    classes: optional(wholeNumber(2)),
    labelDimension: optional(wholeNumber(1)),
    weights: optional(picklist(['rows', 'logits', 'none'])),
    features: optional(record(pipe(text, check((name) => name !== WEIGHT, `the feature '${WEIGHT}' holds the weights: see the claim weights`)), feature)),
    rows: optional(picklist(['independent', 'dependent'])),
    labelsOutOfRange: optional(array(anyNumber)),
    predictions: optional(record(string(), prediction)),
    metrics: optional(distinct(text)),
    unweightedMetrics: optional(distinct(text)),
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

function* problemsOf({ labels = 'real', classes, metrics, unweightedMetrics = [] }: Claims): Generator<Problem> {
  yield* problemOfClasses(labels, classes);
  for (const [i, key] of unweightedMetrics.entries()) {
    if (metrics?.includes(key) === false) yield [['unweightedMetrics', i], `expected one of the metrics ${metrics.join(', ')}, got '${key}'`];
  }
}

function* problemOfClasses(kind: string, classes: number | undefined): Generator<Problem> {
  if (classes !== undefined && kind !== 'class') yield [['classes'], `expected a number of classes for the kind 'class' alone, got ${classes} for '${kind}'`];
}
