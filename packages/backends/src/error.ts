export type BackendsErrorCode = 'INVALID_ARGUMENT' | 'NESTED_CALL' | 'NO_BACKEND' | 'NO_BINARY';

/** An ordinary `Error` with a code. Recognise it by `code`, never by `instanceof`. */
export interface BackendsError extends Error {
  readonly code: BackendsErrorCode;
}

export function backendsError(code: BackendsErrorCode, message: string): BackendsError {
  return Object.assign(new Error(message), { code });
}
