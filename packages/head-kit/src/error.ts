import type { HeadError, HeadErrorCode } from '@tfjs-heads/head-api';

/** Makes a {@link HeadError}. The message names the argument, what was expected and what came. */
export function headError(code: HeadErrorCode, message: string, options?: ErrorOptions): HeadError {
  const error = Object.assign(new Error(message, options), { code });
  error.name = 'HeadError';
  return error;
}
