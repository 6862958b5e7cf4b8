import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { headError } from '../error.js';
import { describe } from './describe.js';

/**
 * What is read of an object of somebody else's, whose getters may throw.
 *
 * @param name Which value it is.
 * @throws The given code where reading throws
 */
export function readAs<T>(name: string, code: HeadErrorCode, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw headError(code, `${name} must be readable, but it threw ${describe(cause)}.`, { cause });
  }
}
