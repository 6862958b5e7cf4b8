const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, preventExtensions } = Object;

const proto = (value: object): object => getPrototypeOf(value) as object;

/** What the verdict of a case goes through on its way: nobody changes these in earnest, and an object is never given a key of theirs. */
function plain(): readonly object[] {
  async function* asyncGenerator(): AsyncGenerator<never> {}
  function* generator(): Generator<never> {}
  const constructors = [Array, BigInt, Boolean, Map, Number, Promise, RegExp, Set, String, Symbol, WeakMap, WeakSet];
  const iterators = [
    [][Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ''[Symbol.iterator](),
    'a'.matchAll(/a/g),
  ].map(proto);
  const generators = [generator(), asyncGenerator()].map((made) => proto(proto(made)));
  const functions = [async () => {}, generator, asyncGenerator].map(proto);
  const parents = [...iterators, ...generators].map(proto); // %IteratorPrototype% and its asynchronous like
  const prototypes = [
    ...constructors.map(({ prototype }) => prototype as object),
    ...iterators,
    ...generators,
    ...functions,
  ];
  return [
    JSON,
    Reflect,
    Object,
    ...constructors,
    ...prototypes,
    ...parents.filter((prototype) => prototype !== Object.prototype),
  ];
}

/** What objects of other programs inherit from and have keys of their own instead: `toString`, `name`, `slice`. */
function inherited(): readonly object[] {
  const typed = [Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array];
  const others = [Object, Function, DataView, ArrayBuffer, Error, TypeError, RangeError];
  return [proto(Float32Array.prototype), ...[...typed, ...others].map(({ prototype }) => prototype as object)];
}

const names =
  'Object Function Array Promise JSON Math Reflect Symbol String Number Boolean BigInt RegExp Map Set WeakMap WeakSet WeakRef Proxy ' +
  'Error TypeError RangeError ArrayBuffer DataView Float32Array Float64Array Int32Array Uint8Array Uint16Array Uint32Array ' +
  'isNaN isFinite parseFloat parseInt setTimeout clearTimeout setInterval clearInterval setImmediate queueMicrotask performance structuredClone';

/**
 * Locks the language's built-in objects, for good: code under test that is loaded afterwards cannot change what the suite reaches
 * its verdicts by. To assign to one throws in a module, at the line at fault; to add a method to one does too.
 */
export function lockBuiltIns(): void {
  for (const object of inherited()) {
    for (const key of Reflect.ownKeys(object)) if (key !== 'constructor') lockInherited(object, key);
    preventExtensions(object);
  }
  for (const object of plain()) freeze(object);
  lockMath();
  for (const name of names.split(' ')) {
    const value = (globalThis as Record<string, unknown>)[name];
    const { enumerable = false } = getOwnPropertyDescriptor(globalThis, name) ?? {};
    if (value !== undefined)
      defineProperty(globalThis, name, { value, enumerable, writable: false, configurable: false });
  }
}

/** `random` apart, which decides no verdict: who traces a step watches whether it draws. */
function lockMath(): void {
  for (const key of Reflect.ownKeys(Math))
    if (key !== 'random') defineProperty(Math, key, { writable: false, configurable: false });
  preventExtensions(Math);
}

/** Were it but not writable, an object that inherits it could not be given one of its own by assignment, either. */
function lockInherited(object: object, key: PropertyKey): void {
  const { value, writable, enumerable = false } = getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
  if (writable !== true) return;
  defineProperty(object, key, {
    enumerable,
    configurable: false,
    get: () => value as unknown,
    set(this: object, own: unknown) {
      if (this === object)
        throw new TypeError(`The suite has locked the built-in ${String(key)}: code under test must not change it.`);
      defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
    },
  });
}
