import type { HeadError } from '@tfjs-heads/head-api';
import type { Judge } from '../../judge.js';

/** The coded error that something throws at once. */
export function codedErrorOf(judge: Judge, what: string, run: () => unknown): HeadError {
  try {
    run();
  } catch (error) {
    return coded(judge, what, error);
  }
  return judge.that(false, `${what}: no error came`) as never;
}

/** An error of the contract: it has a code in capitals and says something. */
export function coded(judge: Judge, what: string, error: unknown): HeadError {
  const { code, message } = (error ?? {}) as Partial<HeadError>;
  const isCoded = typeof code === 'string' && /^[A-Z][A-Z_]+$/.test(code) && typeof message === 'string' && message.length > 10;
  judge.that(isCoded, `${what}: expected an error with a code, but this came: ${String(error)}`);
  return error as HeadError;
}
