/** What tells the cases of one check apart: plain values, so that they can stand in a query. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** The groups that cases come in. `op` is about the backend alone, without a head. */
export const families = ['op', 'golden', 'law', 'parity', 'training'] as const;
export type Family = (typeof families)[number];

/**
 * One thing to be shown. A case is data: it can be listed, filtered, put into a shard or sent to another process.
 * What it runs is looked up by `family` and `check`.
 */
export interface ConformanceCase {
  /** The name of the subject: of a head, or `tfjs` for a case about the backend alone. */
  readonly head: string;
  readonly family: Family;
  readonly check: string;
  readonly parameters: Parameters;
}

/** The name of a case, `head:family:check:key=value,key=value`. */
export function queryOf({ head, family, check, parameters }: ConformanceCase): string {
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return [head, family, check, ...(values.length > 0 ? [values.join()] : [])].join(':');
}
