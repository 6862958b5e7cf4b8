/** More of a reason helps nobody, and an error may hold a whole tensor as text. */
const LONGEST = 4000;

/**
 * What an error says, or whatever else was thrown. It never throws itself: what a head throws may have no prototype, getters that
 * throw, or be a proxy that refuses everything; and an error of another realm is an error, too.
 */
export function reasonOf(thrown: unknown): string {
  const text = sayings.map((say) => attempt(() => say(thrown))).find((said) => typeof said === 'string' && said !== '');
  return shortened(typeof text === 'string' ? text : `something was thrown that cannot be read (${typeof thrown})`, LONGEST);
}

/** A text of at most so many characters; of a longer one the beginning, and how long it was. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}

/** What tells most comes first. A plain object says nothing but `[object Object]` of itself. */
const sayings: readonly ((thrown: unknown) => unknown)[] = [
  (thrown) => (isObject(thrown) ? thrown.message : undefined),
  (thrown) => (Object.prototype.toString.call(thrown) === '[object Error]' ? (thrown as Error).name : undefined),
  (thrown) => (isObject(thrown) && String(thrown).startsWith('[object ') ? JSON.stringify(thrown) : undefined),
  (thrown) => (thrown === '' ? 'an empty text was thrown' : String(thrown)),
  (thrown) => (isObject(thrown) ? JSON.stringify(thrown) : undefined),
];

/** Undefined where it throws. */
export function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
