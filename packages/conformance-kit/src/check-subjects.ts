import { labelKinds } from '@tfjs-heads/reference';
import { array, check, custom, function_, optional, picklist, pipe, record, string, type GenericSchema } from 'valibot';
import { WEIGHT } from './batch.js';
import { expectationSchema } from './expectation.js';
import { wrongHeadName, type Claims, type FeatureClaim, type Subject, type Subjects } from './subject.js';
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
    const wrong = wrongHeadName(name);
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

const anyNumber = custom<number>((value) => typeof value === 'number', 'expected a number');

const subject: GenericSchema<unknown, Claims> = consistent(
  exactly({
    create: function_(),
    labels: optional(picklist(labelKinds)),
    classes: optional(wholeNumber(2)),
    labelDimension: optional(wholeNumber(1)),
    weights: optional(picklist(['rows', 'logits', 'none'])),
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
    if (metrics?.includes(key) === false)
      yield [['unweightedMetrics', i], `expected one of the metrics ${metrics.join(', ')}, got '${key}'`];
  }
}

function* problemOfClasses(kind: string, classes: number | undefined): Generator<Problem> {
  if (classes !== undefined && kind !== 'class')
    yield [['classes'], `expected a number of classes for the kind 'class' alone, got ${classes} for '${kind}'`];
}
