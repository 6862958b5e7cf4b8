import { reasonOf } from '@tfjs-heads/conformance-kit/host';

/** The user asked for what there is not: says which argument, what was expected and what was got. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `make` makes; where it throws, that is the user's mistake. */
export async function orUsageError<T>(
  make: () => T | Promise<T>,
  toMessage: (reason: string) => string = (reason) => reason,
): Promise<T> {
  try {
    return await make();
  } catch (error) {
    throw new UsageError(toMessage(reasonOf(error)), { cause: error });
  }
}
