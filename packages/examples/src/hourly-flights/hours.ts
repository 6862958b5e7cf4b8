import { readRows } from '../vega-datasets.js';

const HOUR = 3_600_000;

/** A departure as `flights-10k.json` has it, as far as it matters here. */
interface RawFlight {
  /** `2001/01/31 23:59`, local time. */
  readonly date: string;
}

/** An hour and how many flights of the sample departed in it. */
export interface Hour {
  readonly time: Date;
  readonly flights: number;
}

/**
 * The hours from the first to the last flight of `flights-10k.json`. Hours without a flight are in
 * there too: for a count, nothing is an observation.
 */
export async function loadHours(): Promise<readonly Hour[]> {
  const counts = new Map<number, number>();
  for (const { date } of await readRows<RawFlight>('flights-10k.json')) {
    const hour = Math.floor(parseTime(date) / HOUR) * HOUR;
    counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  const hours: Hour[] = [];
  const last = Math.max(...counts.keys());
  for (let hour = Math.min(...counts.keys()); hour <= last; hour += HOUR) {
    hours.push({ time: new Date(hour), flights: counts.get(hour) ?? 0 });
  }
  return hours;
}

/** Taken as UTC, so that every machine reads the same hour whatever its time zone. */
function parseTime(text: string): number {
  return Date.parse(`${text.replaceAll('/', '-').replace(' ', 'T')}Z`);
}
