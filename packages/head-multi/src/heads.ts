import type { Head, HeadErrorCode } from '@tfjs-heads/head-api';
import {
  ask,
  describeResult,
  describeValue,
  headError,
  listOf,
  quote,
  readAs,
  ServingKeys,
} from '@tfjs-heads/head-kit';

/** A head that others can be told from by its name. */
export type NamedHead = Head & { readonly name: string };

const METHODS = ['loss', 'predictions', 'metrics', 'updateMetrics', 'createEstimatorSpec'] as const;

/** Whether a value is a head, by its shape: whichever package or copy of one made it. */
function isHead(value: unknown): value is Head {
  try {
    const head = value as Head;
    return head.apiVersion === 1 && METHODS.every((method) => typeof head[method] === 'function');
  } catch {
    return false;
  }
}

/**
 * The heads of a head, each with a name of its own.
 *
 * The original finds no fault with two heads of one name, whose labels, logits, metrics and predictions are then those of one of
 * them, nor with a head whose exports would be replaced by those of all heads.
 *
 * @throws HEADS_INVALID
 */
export function checkHeads(heads: unknown): readonly Head[] {
  const list = listOf(heads);
  if (list === undefined || list.length === 0) {
    throw headError(
      'HEADS_INVALID',
      `Must specify heads: heads must be a list of at least one head, got ${describeValue(heads)}.`,
    );
  }
  const index = list.findIndex((head) => !isHead(head));
  if (index >= 0)
    throw headError('HEADS_INVALID', `heads[${index}] must be a head, got ${describeValue(list[index])}.`);
  for (const [at, head] of list.entries()) checkDimension(`heads[${at}]`, head as Head, 'HEADS_INVALID');
  return Object.freeze(list as Head[]);
}

/**
 * The head of a head for sequences, which is not made of heads itself: its labels are a map.
 *
 * @throws STATIC_HEAD_INVALID
 */
export function checkStaticHead(head: unknown): { readonly head: Head; readonly name: string | undefined } {
  const code = 'STATIC_HEAD_INVALID';
  if (!isHead(head)) throw headError(code, `staticHead must be a head, got ${describeResult(head)}.`);
  if (listOf(readAs('staticHead.heads', code, () => (head as Partial<{ heads: unknown }>).heads)) !== undefined) {
    throw headError(
      code,
      '`MultiHead` is not supported: staticHead must be a head of one kind of labels, got a head with heads of its own. ' +
        'Wrap each of them, and make a MultiHead of the wrappers.',
    );
  }
  checkDimension('staticHead', head, code);
  const name: unknown = readAs('staticHead.name', code, () => head.name);
  if (name === undefined || name === null) return { head, name: undefined };
  if (typeof name === 'string') return { head, name };
  throw headError(code, `staticHead.name must be a string, or undefined, got ${describeValue(name)}.`);
}

/** @throws The given code */
function checkDimension(name: string, head: Head, code: HeadErrorCode): void {
  const dimension: unknown = readAs(`${name}.logitsDimension`, code, () => head.logitsDimension);
  if (Number.isSafeInteger(dimension) && (dimension as number) > 0) return;
  throw headError(code, `${name}.logitsDimension must be a whole number above 0, got ${describeValue(dimension)}.`);
}

/** @throws HEADS_INVALID */
export function checkNames(heads: readonly Head[]): readonly NamedHead[] {
  const seen = new Map<string, number>();
  heads.forEach((head, index) => {
    const name: unknown = readAs(`heads[${index}].name`, 'HEADS_INVALID', () => head.name);
    if (typeof name !== 'string' || name === '') {
      throw headError(
        'HEADS_INVALID',
        `All given heads must have name specified: heads[${index}] must have a name, got ${describeValue(name)}.`,
      );
    }
    if (name === ServingKeys.DEFAULT || name === ServingKeys.PREDICT)
      throw headError('HEADS_INVALID', `heads[${index}] must have a name that is no key of all heads, got '${name}'.`);
    if (seen.has(name)) {
      throw headError(
        'HEADS_INVALID',
        `All given heads must have names of their own, got ${quote(name)} at the indices ${seen.get(name)} and ${index}.`,
      );
    }
    seen.set(name, index);
  });
  return heads as readonly NamedHead[];
}

/**
 * A number for each head; 1 where none are given.
 *
 * @throws HEAD_WEIGHTS_INVALID
 */
export function checkHeadWeights(weights: unknown, heads: readonly Head[]): readonly number[] {
  if (weights === undefined || weights === null) return heads.map(() => 1);
  const list = listOf(weights);
  if (list === undefined) {
    throw headError(
      'HEAD_WEIGHTS_INVALID',
      `headWeights must be a list of ${heads.length} numbers, got ${describeValue(weights)}.`,
    );
  }
  if (list.length === 0) return heads.map(() => 1); // none, as in the original
  if (list.length !== heads.length) {
    throw headError(
      'HEAD_WEIGHTS_INVALID',
      `heads and head_weights must have the same size: headWeights must be a list of ${heads.length} numbers, got ${list.length}.`,
    );
  }
  const index = list.findIndex((weight) => !Number.isFinite(weight));
  if (index >= 0) {
    throw headError(
      'HEAD_WEIGHTS_INVALID',
      `headWeights[${index}] must be a finite number, got ${describeValue(list[index])}.`,
    );
  }
  return Object.freeze(list as number[]);
}

/** Runs something of one of several heads, and says in its errors which. Those of the user's functions pass as they are. */
export function ofHead<T>({ name }: { readonly name: string }, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw withMessage(error, (message) => `Head ${quote(name)}: ${message}`);
  }
}

/** An error of a head that says more; one of the user's functions as it is. */
export function withMessage(error: unknown, say: (message: string) => string): unknown {
  return ask(() => {
    const { name, code, message = '' } = (error ?? {}) as Partial<ReturnType<typeof headError>>;
    return name === 'HeadError' && code !== undefined ? headError(code, say(message), { cause: error }) : error;
  }, error);
}
