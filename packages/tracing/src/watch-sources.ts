/** What JavaScript may ask that answers otherwise each time, and what doing so is called. */
interface Source {
  readonly name: string;
  readonly of: () => object | undefined;
  readonly method: string;
  readonly does: string;
}

const DRAWS = 'draws numbers in JavaScript';

const SOURCES: readonly Source[] = [
  { name: 'Math.random', of: () => Math, method: 'random', does: DRAWS },
  ...['getRandomValues', 'randomUUID'].map((method) => {
    const name = `crypto.${method}`;
    return { name, of: () => globalThis.crypto as object | undefined, method, does: `${DRAWS} by ${name}` };
  }),
  { name: 'Date.now', of: () => Date, method: 'now', does: 'asks for the time by Date.now' },
  { name: 'new Date', of: () => globalThis, method: 'Date', does: 'asks for the time by new Date()' },
  { name: 'performance.now', of: () => performance, method: 'now', does: 'asks for the time by performance.now' },
];

type Method = (...args: unknown[]) => unknown;

/**
 * Has it told when random numbers are drawn or the time is asked for, until what is returned is called.
 *
 * @param asked Is told in words: "it draws numbers in JavaScript".
 * @param locked Is told of what a program has locked, as it may what the language brings.
 */
export function watchSources(asked: (does: string) => void, locked: (name: string) => void): () => void {
  const undo = SOURCES.map(({ name, of, method, does }) => {
    const object = of() as Record<string, unknown> | undefined;
    const before = object?.[method];
    if (object === undefined || typeof before !== 'function') return () => undefined;
    const watched = watchedBy(before as Method, object, () => asked(does), name === 'new Date');
    const own = Object.getOwnPropertyDescriptor(object, method);
    if (!Reflect.set(object, method, watched)) {
      locked(name);
      return () => undefined;
    }
    return () => {
      // The step may have put one of its own there, which stays.
      if (object[method] !== watched) return;
      if (own === undefined) Reflect.deleteProperty(object, method);
      else Object.defineProperty(object, method, own);
    };
  });
  return () => {
    for (const restore of undo.toReversed()) restore();
  };
}

function watchedBy(method: Method, object: object, asked: () => void, isClass: boolean): unknown {
  if (!isClass)
    return (...args: unknown[]): unknown => {
      asked();
      return method.apply(object, args);
    };
  return new Proxy(method, {
    apply(target, self, args) {
      asked();
      return Reflect.apply(target, self, args) as unknown;
    },
    construct(target, args, newTarget) {
      if (args.length === 0) asked();
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
}
