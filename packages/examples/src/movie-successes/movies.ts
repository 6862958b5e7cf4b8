import { readRows } from '../vega-datasets.js';

/** A movie as `movies.json` has it. */
interface RawMovie {
  readonly Title: string | number | null;
  readonly 'Worldwide Gross': number | null;
  readonly 'Production Budget': number | null;
  /** `Jul 10 2008`. */
  readonly 'Release Date': string | null;
  readonly 'MPAA Rating': string | null;
  readonly Source: string | null;
  readonly 'Major Genre': string | null;
  readonly 'Rotten Tomatoes Rating': number | null;
  readonly 'IMDB Rating': number | null;
}

/** What a movie may be, each with or without the others. */
export const successes = ['profitable', 'acclaimed', 'liked'] as const;

export type Success = (typeof successes)[number];

/** A movie of which everything is known. */
export interface Movie {
  readonly title: string;
  /** In dollars. */
  readonly budget: number;
  readonly month: number;
  readonly rating: string;
  readonly source: string;
  readonly genre: string;
  readonly successes: readonly Success[];
}

/**
 * The movies of `movies.json` of which budget, gross, ratings, genre and source are known. One is profitable that took in
 * twice its budget, acclaimed that six of ten critics on Rotten Tomatoes recommend, liked that viewers on IMDb give 7 of 10.
 */
export async function loadMovies(): Promise<readonly Movie[]> {
  const rows = await readRows<RawMovie>('movies.json');
  return rows.flatMap((row) => {
    const gross = row['Worldwide Gross'];
    const budget = row['Production Budget'];
    const critics = row['Rotten Tomatoes Rating'];
    const viewers = row['IMDB Rating'];
    const [rating, source, genre, date] = [row['MPAA Rating'], row.Source, row['Major Genre'], row['Release Date']];
    if (gross === null || !budget || critics === null || viewers === null) return [];
    if (rating === null || source === null || genre === null || date === null) return [];
    const is: Readonly<Record<Success, boolean>> = {
      profitable: gross >= 2 * budget,
      acclaimed: critics >= 60,
      liked: viewers >= 7,
    };
    const month = new Date(`${date} UTC`).getUTCMonth();
    return {
      title: String(row.Title),
      budget,
      month,
      rating,
      source,
      genre,
      successes: successes.filter((success) => is[success]),
    };
  });
}
