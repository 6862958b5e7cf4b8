import type { Features } from '@tfjs-heads/head-api';
import { describeValue, headError } from '@tfjs-heads/head-kit';
import { listExports, readBest, removeExport, writeBest } from '#export';
import type { Estimator } from './estimator.js';
import type { EvalResult } from './evaluate.js';

/** What an {@link Exporter} is told. */
export interface ExportArgs<P = unknown> {
  readonly estimator: Estimator<P>;
  /** The folder of this exporter. */
  readonly exportPath: string;
  readonly checkpointPath: string | undefined;
  readonly evalResult: EvalResult;
  readonly isTheFinalExport: boolean;
}

/** Exports a model during `trainAndEvaluate`, after an evaluation. */
export interface Exporter<P = unknown> {
  /** Of the folder of its exports. */
  readonly name: string;
  /** Gives the path of the export; undefined where there is none. */
  export(args: ExportArgs<P>): Promise<string | undefined>;
}

/** What our exporters are made of. */
export interface ExporterOptions {
  readonly name: string;
  /** Features as the served model is given them, some rows of each; they stay the caller's. */
  readonly example: Features;
}

/** Exports once, at the end of the training. */
export class FinalExporter implements Exporter {
  readonly name: string;
  readonly #example: Features;

  /** @throws INVALID_ARGUMENT */
  constructor({ name, example }: ExporterOptions) {
    this.name = checkName('FinalExporter', name);
    this.#example = example;
  }

  async export({ estimator, exportPath, checkpointPath, isTheFinalExport }: ExportArgs): Promise<string | undefined> {
    if (!isTheFinalExport) return undefined;
    return estimator.exportSavedModel(exportPath, { example: this.#example, checkpointPath });
  }
}

/** Exports after each evaluation, and keeps the newest. */
export class LatestExporter implements Exporter {
  readonly name: string;
  readonly #example: Features;
  readonly #exportsToKeep: number;

  /**
   * @param options `exportsToKeep`: default 5
   * @throws INVALID_ARGUMENT
   */
  constructor({ name, example, exportsToKeep = 5 }: ExporterOptions & { readonly exportsToKeep?: number | undefined }) {
    this.name = checkName('LatestExporter', name);
    this.#example = example;
    this.#exportsToKeep = checkKept('LatestExporter', exportsToKeep);
  }

  async export({ estimator, exportPath, checkpointPath }: ExportArgs): Promise<string> {
    const path = await estimator.exportSavedModel(exportPath, { example: this.#example, checkpointPath });
    await removeOld(exportPath, this.#exportsToKeep);
    return path;
  }
}

/** Whether an evaluation is better than the best one so far. */
export type CompareFn = (best: EvalResult, current: EvalResult) => boolean;

/**
 * Exports after an evaluation that is better than those before it, and keeps the newest. Which was the best it keeps with the exports, in
 * `best-eval-result.json`, so that a process that goes on after this one knows (the original reads its event files for that).
 */
export class BestExporter implements Exporter {
  readonly name: string;
  readonly #example: Features;
  readonly #exportsToKeep: number;
  readonly #compareFn: CompareFn;
  #best: EvalResult | undefined;

  /**
   * @param options `compareFn`: default a smaller `loss`; `exportsToKeep`: default 5
   * @throws INVALID_ARGUMENT
   */
  constructor({
    name,
    example,
    compareFn = (best, current) => current.loss < best.loss,
    exportsToKeep = 5,
  }: ExporterOptions & { readonly compareFn?: CompareFn | undefined; readonly exportsToKeep?: number | undefined }) {
    this.name = checkName('BestExporter', name);
    this.#example = example;
    this.#exportsToKeep = checkKept('BestExporter', exportsToKeep);
    if (typeof compareFn !== 'function') throw invalid('BestExporter: compareFn', 'a function', compareFn);
    this.#compareFn = compareFn;
  }

  async export({ estimator, exportPath, checkpointPath, evalResult }: ExportArgs): Promise<string | undefined> {
    this.#best ??= resultOf(await readBest(exportPath));
    if (this.#best !== undefined && !this.#compareFn(this.#best, evalResult)) return undefined;
    const path = await estimator.exportSavedModel(exportPath, { example: this.#example, checkpointPath });
    this.#best = evalResult;
    await writeBest(exportPath, evalResult);
    await removeOld(exportPath, this.#exportsToKeep);
    return path;
  }
}

/** Undefined for what is no result of an evaluation, such as a file that was changed. NaN is null in JSON. */
function resultOf(given: Readonly<Record<string, unknown>> | undefined): EvalResult | undefined {
  if (given === undefined) return undefined;
  const entries = Object.entries(given).map(([key, value]) => [key, value === null ? Number.NaN : value] as const);
  const isResult = entries.every(([, value]) => typeof value === 'number') && 'loss' in given && 'global_step' in given;
  return isResult ? (Object.fromEntries(entries) as EvalResult) : undefined;
}

async function removeOld(folder: string, kept: number): Promise<void> {
  const exports = await listExports(folder);
  for (const path of exports.slice(0, Math.max(0, exports.length - kept))) await removeExport(path);
}

function checkName(of: string, name: unknown): string {
  if (typeof name === 'string' && /^[^/\\]+$/.test(name) && name !== '..' && name !== '.') return name;
  throw invalid(`${of}: name`, 'the name of a folder', name);
}

function checkKept(of: string, kept: unknown): number {
  if (typeof kept === 'number' && Number.isSafeInteger(kept) && kept > 0) return kept;
  throw invalid(`${of}: exportsToKeep`, 'a whole number above 0', kept);
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `${name} must be ${expected}, got ${describeValue(got)}.`);
}
