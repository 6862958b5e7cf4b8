import type { Tensor } from '@tensorflow/tfjs-core';

/** The type of a column of rows; what rows have in it is held to it. */
export type ColumnType = 'float32' | 'int32' | 'bool' | 'string';

/** The names of columns to their types. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

/** A tensor `[rows]` of each column, of its type. */
export type ColumnTensors = Readonly<Record<string, Tensor>>;
