/** What can be wrong with a trace: see {@link TracingError}. */
export type TracingErrorCode = 'INVALID_ARGUMENT' | 'TENSOR_DISPOSED' | 'TRACE_CHANGED' | 'TRACE_DISPOSED';

/** An ordinary `Error` with a code. Recognise it by `code`, never by `instanceof`. */
export interface TracingError extends Error {
  readonly code: TracingErrorCode;
}

export function tracingError(code: TracingErrorCode, message: string): TracingError {
  const error = Object.assign(new Error(message), { code });
  error.name = 'TracingError';
  return error;
}
