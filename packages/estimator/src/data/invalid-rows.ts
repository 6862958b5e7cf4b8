import { headError } from '@tfjs-heads/head-kit/error';

/** An error of the rows of some data. */
export function invalidRows(message: string): Error {
  return headError('INPUT_INVALID', `Rows: ${message}.`);
}
