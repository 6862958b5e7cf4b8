import { quote } from '@tfjs-heads/head-kit';
import { invalidRows } from './invalid-rows.js';

/**
 * Where wanted columns are among those there are.
 *
 * @throws INPUT_INVALID for one that is not there, or twice
 */
export function placesOf(wanted: readonly string[], there: readonly string[]): number[] {
  return wanted.map((name) => {
    const place = there.indexOf(name);
    if (place >= 0 && place === there.lastIndexOf(name)) return place;
    const names = there
      .slice(0, 100)
      .map((given) => quote(given))
      .join(', ')
      .slice(0, 500);
    throw invalidRows(`there must be one column ${quote(name)}, got ${names === '' ? 'no columns' : names}`);
  });
}
