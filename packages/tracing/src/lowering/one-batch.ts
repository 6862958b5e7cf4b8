import type { GraphProgram } from './batch-of-any-size.js';
import { Rows } from './sizes.js';

/** A program for batches of any size as one for batches of so many rows. */
export function ofOneBatch(program: GraphProgram, rows: number): GraphProgram {
  const constants = program.constants.map((constant) => {
    const [first] = constant.shape;
    // What is given of such a constant is one row.
    const times = first instanceof Rows ? rows : 1;
    const { length } = constant.data;
    const data = Array.from({ length: length * times }, (_, index) => constant.data[index % length] as number);
    return { ...constant, data: times === 1 ? constant.data : data };
  });
  return fixed({ ...program, constants }, rows) as GraphProgram;
}

/** Plain data with numbers in place of what follows the rows. */
function fixed(value: unknown, rows: number): unknown {
  if (value instanceof Rows) return value.perRow * rows;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.some((item) => isDeep(item)) ? value.map((item) => fixed(item, rows)) : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fixed(item, rows)]));
}

const isDeep = (value: unknown): boolean => typeof value === 'object' && value !== null;
