import type { HeadError, HeadErrorCode } from '@tfjs-heads/head-api';
import { printable } from './checks/describe.js';

/**
 * Makes a {@link HeadError}. The message names the argument, what was expected and what was got: describe values of
 * others' by {@link describe}, which keeps them short. Control characters are written as `\u001b`.
 */
export function headError(code: HeadErrorCode, message: string, options?: { readonly cause?: unknown }): HeadError {
  const error = Object.assign(new Error(printable(message), options), { code });
  error.name = 'HeadError';
  return error;
}
