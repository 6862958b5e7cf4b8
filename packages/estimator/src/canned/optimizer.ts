import type { Variable } from '@tensorflow/tfjs-core';
import type { GradientOptimizer } from '@tfjs-heads/head-api';
import { describeValue, headError } from '@tfjs-heads/head-kit';
import { Adagrad, Adam, Ftrl, RMSprop, SGD } from '@tfjs-heads/optimizers';

/** An optimizer, what makes one, or one of the names of the original's: `Adagrad`, `Adam`, `Ftrl`, `RMSProp` and `SGD`. */
export type OptimizerChoice = string | GradientOptimizer | (() => GradientOptimizer);

/** Of an optimizer by its name. */
interface Settings {
  /** Default: the optimizer's own. */
  readonly learningRate?: number | undefined;
  /** Default: nothing is clipped. */
  readonly clipnorm?: number;
}

const MAKERS: ReadonlyMap<string, new (options: Settings) => GradientOptimizer> = /*#__PURE__*/ new Map<
  string,
  new (options: Settings) => GradientOptimizer
>([
  ['Adagrad', Adagrad],
  ['Adam', Adam],
  ['Ftrl', Ftrl],
  ['RMSProp', RMSprop],
  ['SGD', SGD],
]);

/**
 * The optimizer that is meant.
 *
 * @param settings For an optimizer by its name.
 * @throws OPTIMIZER_INVALID
 */
export function optimizerOf(choice: OptimizerChoice, settings: Settings = {}): GradientOptimizer {
  if (typeof choice === 'string') {
    const make = MAKERS.get(choice);
    if (make === undefined) {
      throw headError(
        'OPTIMIZER_INVALID',
        `Unsupported optimizer name: optimizer must be one of ${[...MAKERS.keys()].join(', ')}, or an optimizer, got ${describeValue(choice)}.`,
      );
    }
    return new make(settings);
  }
  const optimizer: unknown = typeof choice === 'function' ? choice() : choice;
  if (isOptimizer(optimizer)) return optimizer;
  throw headError(
    'OPTIMIZER_INVALID',
    `optimizer must be the name of one, an optimizer, or a function that returns one, got ${describeValue(optimizer)}.`,
  );
}

function isOptimizer(given: unknown): given is GradientOptimizer {
  return typeof (given as { applyGradients?: unknown } | null | undefined)?.applyGradients === 'function';
}

/** Variables, and the optimizer that trains them. */
export interface OptimizedPart {
  readonly optimizer: GradientOptimizer;
  readonly variables: readonly Variable[];
}

/**
 * Trains each part of a model by an optimizer of its own, by the gradients of one pass. (In the original each takes gradients by itself, of
 * the same loss.)
 */
export function jointOptimizer(parts: readonly OptimizedPart[]): GradientOptimizer {
  return {
    applyGradients(given) {
      const gradients = new Map(
        (Array.isArray(given) ? given : Object.entries(given).map(([name, tensor]) => ({ name, tensor }))).map(
          (gradient) => [gradient.name, gradient] as const,
        ),
      );
      for (const { optimizer, variables } of parts)
        optimizer.applyGradients(variables.flatMap(({ name }) => gradients.get(name) ?? []));
    },
  };
}
