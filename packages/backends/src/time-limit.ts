/** Timers with more than this fire at once. */
const longestTimer = 2 ** 31 - 1;

export interface Limits<T> {
  readonly milliseconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets what `promise` resolves to when nobody waits for it any more. */
  readonly tooLate?: (value: T) => void;
}

/** Rejects when `promise` takes longer than it may, and with the signal's reason as soon as that is aborted. */
export function within<T>(
  what: string,
  promise: Promise<T>,
  { milliseconds = Infinity, signal, tooLate }: Limits<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const giveUp = (reason: unknown): void => {
      isLate = true;
      reject(reason);
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const onTime = (): void => giveUp(new Error(`${what} took longer than ${milliseconds / 1000} s`));
    const timer = milliseconds > longestTimer ? undefined : setTimeout(onTime, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    promise
      .then((value) => (isLate ? tooLate?.(value) : resolve(value)), reject)
      .finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      });
  });
}
