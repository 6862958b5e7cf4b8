/** Rejects when `promise` takes longer than `milliseconds`; what it resolves to later goes to `tooLate`. */
export function within<T>(milliseconds: number, what: string, promise: Promise<T>, tooLate: (value: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error(`${what} took longer than ${milliseconds / 1000} s`));
    }, milliseconds);
    promise.then((value) => (isLate ? tooLate(value) : resolve(value)), reject).finally(() => clearTimeout(timer));
  });
}
