import type { HexNumber, JsonNumber, MetricState } from '@tfjs-heads/head-api';
import { describe, keysText, quote } from '../checks/describe.js';
import { ask, isList, isMap } from '../checks/kinds.js';
import { headError } from '../error.js';
import type { MetricSettings, RowSums } from './accumulator.js';
import { ExactSums } from './exact-sums.js';
import { hexOf, unitsOfHex } from './fixed-point.js';

/** The version of the format. */
const VERSION = 1;

/** What a state is of. */
interface Named {
  readonly metric: string;
  readonly settings: MetricSettings;
}

/** The state of a metric. */
export function writeState({ metric, settings }: Named, { rows, sums }: RowSums): MetricState {
  return {
    version: VERSION,
    metric,
    settings: { ...settings },
    rows,
    sums: Array.from({ length: sums.size }, (_, index) => toJson(sums.exact(index))),
  };
}

/**
 * What a state adds to a metric. Nothing of it is trusted: it may come from a file or another machine.
 *
 * @param present What the metric has summed up so far.
 * @throws METRIC_STATE_INVALID
 */
export function readState(named: Named, state: unknown, present: RowSums): RowSums {
  const { size } = present.sums;
  const refused = (got: string): Error =>
    headError(
      'METRIC_STATE_INVALID',
      `state must be what a metric like this one gave: version ${VERSION}, the metric ${quote(named.metric)}, the settings ` +
        `${JSON.stringify(named.settings)}, rows, and ${size} sums, got ${got}.`,
    );
  const fields = ask(() => fieldsOf(state, size), undefined);
  if (fields === undefined) throw refused(describe(state));
  const { version, metric, settings, rows, sums } = fields;
  if (version !== VERSION) throw refused(`the version ${valueText(version)}`);
  if (metric !== named.metric) throw refused(`the metric ${quote(metric)}`);
  const difference = differenceOf(settings, named.settings);
  if (difference !== undefined) throw refused(difference);
  if (!isCount(rows)) throw refused(`the number of rows ${valueText(rows)}`);
  if (!isCount(rows + present.rows)) throw refused(`${rows} rows, which are too many to count beside ${present.rows}`);
  if (!Array.isArray(sums)) throw refused(`as sums ${String(sums)}`);
  const added = new ExactSums(size);
  for (const [index, sum] of sums.entries()) {
    if (!addJson(added, index, sum)) throw refused(`the sum ${valueText(sum)} at ${index}`);
    if (rows === 0 && sum !== 0) throw refused(`the sum ${valueText(sum)} of no rows`);
  }
  return { rows, sums: added };
}

/** The fields of a state, each looked at once: `sums` is a list of the right length or a text that says what it is. Undefined for no state. */
function fieldsOf(state: unknown, size: number): Record<keyof MetricState, unknown> | undefined {
  if (!isMap(state) || isList(state)) return undefined;
  const field = (key: keyof MetricState): unknown => (Object.hasOwn(state, key) ? state[key] : undefined);
  const [settings, sums] = [field('settings'), field('sums')];
  return {
    version: field('version'),
    metric: field('metric'),
    settings: isMap(settings) ? Object.fromEntries(Object.entries(settings)) : settings,
    rows: field('rows'),
    // By its length first: a list of four billion holes would be long to copy.
    sums:
      isList(sums) && sums.length === size ? Array.from({ length: size }, (_, index) => sums[index]) : describe(sums),
  };
}

/** What is wrong with settings, for an error message. */
function differenceOf(given: unknown, expected: MetricSettings): string | undefined {
  if (!isMap(given)) return `as settings ${describe(given)}`;
  const keys = Object.keys(expected);
  if (Object.keys(given).length !== keys.length || !keys.every((key) => Object.hasOwn(given, key)))
    return `settings with the keys ${keysText(given)}`;
  const key = keys.find((known) => given[known] !== expected[known]);
  return key === undefined ? undefined : `the setting ${quote(key)} ${valueText(given[key])}`;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** JSON has no NaN, no infinities, and nothing between two doubles. */
function toJson(sum: number | bigint): JsonNumber | HexNumber {
  if (typeof sum === 'bigint') return hexOf(sum);
  return Number.isFinite(sum) ? sum : (String(sum) as JsonNumber);
}

/** Adds what {@link toJson} has given; false for anything else. */
function addJson(sums: ExactSums, index: number, sum: unknown): boolean {
  if (typeof sum === 'number' && Number.isFinite(sum)) sums.add(index, sum);
  else if (sum === 'NaN' || sum === 'Infinity' || sum === '-Infinity') sums.add(index, Number(sum));
  else {
    const units = typeof sum === 'string' ? unitsOfHex(sum) : undefined;
    if (units === undefined) return false;
    sums.addUnits(index, units);
  }
  return true;
}

function valueText(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}
