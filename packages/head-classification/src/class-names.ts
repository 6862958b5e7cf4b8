import { clone, tensor, util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { StringLookup, StringValues } from '@tfjs-heads/head-api';
import { headError } from '@tfjs-heads/head-kit';

/** The names of classes by id: those of the vocabulary, or the ids as text. */
export type ClassNames = (id: number) => string;

/** Of the vocabulary, if there is one. */
export function namesOf(vocabulary: readonly string[] | undefined): ClassNames {
  return vocabulary === undefined ? (id) => String(id) : (id) => vocabulary[id] as string;
}

/**
 * The ids of all classes for each example, int32, `[D0, .., DN, nClasses]`. The original has `[batch, nClasses]` for logits of
 * any rank, where they do not fit the probabilities.
 */
export function allClassIds(logits: Tensor, nClasses: number): Tensor {
  const shape = [...logits.shape.slice(0, -1), nClasses];
  return tensor(
    Int32Array.from({ length: util.sizeFromShape(shape) }, (_, index) => index % nClasses),
    shape,
    'int32',
  );
}

/** Their names, of the same shape. */
export function allClasses(logits: Tensor, nClasses: number, nameOf: ClassNames): StringValues {
  const shape = [...logits.shape.slice(0, -1), nClasses];
  const make = (): string[] =>
    Array.from({ length: util.sizeFromShape(shape) }, (_, index) => nameOf(index % nClasses));
  return new Strings(
    shape,
    () => Promise.resolve(make()),
    () => ({ ids: allClassIds(logits, nClasses), table: tableOf(nClasses, nameOf) }),
  );
}

/** The name of the class of each id. Nothing is read before somebody asks for the strings; the ids are disposed of with them. */
export function classNames(ids: Tensor, nClasses: number, nameOf: ClassNames): StringValues {
  return new NamesById(ids, nClasses, nameOf);
}

function tableOf(nClasses: number, nameOf: ClassNames): string[] {
  return Array.from({ length: nClasses }, (_, id) => nameOf(id));
}

class Strings implements StringValues {
  readonly shape: readonly number[];
  readonly dtype = 'string';
  readonly #make: () => Promise<readonly string[]>;
  readonly #lookup: () => StringLookup;

  constructor(shape: readonly number[], make: () => Promise<readonly string[]>, lookup: () => StringLookup) {
    this.shape = shape;
    this.#make = make;
    this.#lookup = lookup;
  }

  lookup(): StringLookup {
    return this.#lookup();
  }

  async data(): Promise<string[]> {
    return [...(await this.#make())];
  }

  async array(): Promise<unknown> {
    return nested(await this.#make(), this.shape);
  }

  dispose(): void {
    // No tensor is held.
  }
}

class NamesById extends Strings {
  /** int32. A property of its own, so that `tf.tidy` and `tf.dispose`, which look into what they are given, find it. */
  readonly ids: Tensor;

  constructor(ids: Tensor, nClasses: number, nameOf: ClassNames) {
    const make = async (): Promise<readonly string[]> => {
      if (ids.isDisposed)
        throw headError(
          'TENSOR_DISPOSED',
          'The names of classes must be asked for before they, or the predictions that they are part of, are disposed of.',
        );
      return Array.from(await ids.data(), (id) => nameOf(id));
    };
    super(ids.shape, make, () => ({ ids: clone(ids), table: tableOf(nClasses, nameOf) }));
    this.ids = ids;
  }

  override dispose(): void {
    this.ids.dispose();
  }
}

function nested(values: readonly string[], shape: readonly number[]): unknown {
  const [size, ...inner] = shape;
  if (size === undefined) return values[0];
  const inEach = values.length / size;
  return Array.from({ length: size }, (_, index) =>
    inner.length === 0 ? values[index] : nested(values.slice(index * inEach, (index + 1) * inEach), inner),
  );
}
