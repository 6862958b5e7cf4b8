// tfjs-layers rewrites the texts of an optimizer's configuration when it loads a model: `layer_norm` comes back as `layerNorm`,
// keys included. What is written here has no underscore in it.
import { isMap } from '@tfjs-heads/head-kit';

/** A regular expression that finds the same, without an underscore in its source. */
export function patternText({ source }: RegExp): string {
  // An escape is read as a whole: in `\\_` the backslash is not that of the underscore.
  return source.replace(/\\[^]|_/g, (part) => (part.endsWith('_') ? String.raw`\u005f` : part));
}

/** All texts of a value of JSON without underscores, for {@link readTexts}. */
export function writeTexts<T>(value: T): T {
  return mapTexts(value, (text) => text.replaceAll('%', '%25').replaceAll('_', '%5F')) as T;
}

/** What {@link writeTexts} wrote. */
export function readTexts<T>(value: T): T {
  return mapTexts(value, (text) => text.replaceAll('%5F', '_').replaceAll('%25', '%')) as T;
}

/** Whether tfjs-layers would change one of the texts of a value of JSON. */
export function hasUnderscore(value: unknown): boolean {
  let has = false;
  mapTexts(value, (text) => {
    has ||= text.includes('_');
    return text;
  });
  return has;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapTexts(one, change)]));
}
