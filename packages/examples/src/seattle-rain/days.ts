import { readRows } from '../vega-datasets.js';

/** A day as `seattle-weather.csv` has it. */
interface RawDay {
  /** `2012-01-31`. */
  readonly date: string;
  /** In millimetres. */
  readonly precipitation: string;
  /** In degrees Celsius. */
  readonly temp_max: string;
  readonly temp_min: string;
  /** In metres per second. */
  readonly wind: string;
}

/** A day, and whether it rained or snowed on the one after it. */
export interface Day {
  readonly date: Date;
  readonly precipitation: number;
  readonly warmest: number;
  readonly coldest: number;
  readonly wind: number;
  readonly next: 'dry' | 'wet';
}

/** The days of `seattle-weather.csv` but the last, of which nobody knows the next. */
export async function loadDays(): Promise<readonly Day[]> {
  const rows = await readRows<RawDay>('seattle-weather.csv');
  return rows
    .slice(0, -1)
    .map((row, index) => ({
      date: new Date(row.date),
      precipitation: Number(row.precipitation),
      warmest: Number(row.temp_max),
      coldest: Number(row.temp_min),
      wind: Number(row.wind),
      next: Number(rows[index + 1]?.precipitation) > 0 ? 'wet' : 'dry',
    }));
}
