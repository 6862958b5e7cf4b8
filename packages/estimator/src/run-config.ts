import { checkOptions, describeValue, headError } from '@tfjs-heads/head-kit';
import { checkRunOptions, type RunOptions } from '@tfjs-heads/tracing';
import type { TerminalStream } from './progress/progress-bar.js';

/**
 * How an estimator runs. The defaults are the original's. `threads`, `relaxedSimd` and `exact` are about its traced steps; training that goes on from a checkpoint has the bits of
 * training that was never stopped by any of them, by `relaxedSimd` where engine and processor are the same.
 */
export interface RunConfigOptions extends RunOptions {
  /** Where checkpoints are: a folder under Node. Default: that of the estimator. */
  readonly modelDir?: string | undefined;
  /** Of what variables start with, and of dropout. Default: 0. The original draws one. */
  readonly tfRandomSeed?: number | undefined;
  /** After how many steps summaries are written. Default: 100. */
  readonly saveSummarySteps?: number | undefined;
  /** After how many seconds a checkpoint is saved. Default: 600, unless `saveCheckpointsSteps` is given. Null: never. */
  readonly saveCheckpointsSecs?: number | null | undefined;
  /** After how many steps a checkpoint is saved. Default: by seconds. Null: never. */
  readonly saveCheckpointsSteps?: number | null | undefined;
  /** How many checkpoints are kept, the newest ones. Default: 5. 0 or null: all. */
  readonly keepCheckpointMax?: number | null | undefined;
  /** One checkpoint in so many hours is kept for good. Default: 10,000. */
  readonly keepCheckpointEveryNHours?: number | undefined;
  /** After how many steps loss and speed are logged. Default: 100. Null: never. */
  readonly logStepCountSteps?: number | null | undefined;
  /** Takes the lines of the log. Default: `console.info`. */
  readonly log?: ((line: string) => void) | undefined;
  /**
   * Whether training shows a bar with steps, loss and examples a second, or the terminal to show it on. Default: true, on standard error. Nothing is shown where that is no terminal, and in browsers.
   */
  readonly progress?: boolean | TerminalStream | undefined;
}

const OPTIONS = [
  'modelDir',
  'tfRandomSeed',
  'saveSummarySteps',
  'saveCheckpointsSecs',
  'saveCheckpointsSteps',
  'keepCheckpointMax',
  'keepCheckpointEveryNHours',
  'logStepCountSteps',
  'log',
  'progress',
  'exact',
  'threads',
  'relaxedSimd',
] as const;

/** The default of the log. */
function print(line: string): void {
  console.info(line); // oxlint-disable-line no-console -- It is what whoever trains looks at.
}

/** {@link RunConfigOptions} with what is not given filled in. Frozen. */
export class RunConfig implements RunOptions {
  readonly modelDir: string | undefined;
  readonly tfRandomSeed: number;
  readonly saveSummarySteps: number;
  readonly saveCheckpointsSecs: number | null;
  readonly saveCheckpointsSteps: number | null;
  readonly keepCheckpointMax: number | null;
  readonly keepCheckpointEveryNHours: number;
  readonly logStepCountSteps: number | null;
  readonly log: (line: string) => void;
  readonly progress: boolean | TerminalStream;
  readonly exact: boolean | undefined;
  readonly threads: number | undefined;
  readonly relaxedSimd: boolean | undefined;

  /** @throws INVALID_ARGUMENT, also where checkpoints are asked for by seconds and by steps */
  constructor(options: RunConfigOptions = {}) {
    const given = checkOptions('RunConfig', options, OPTIONS);
    const { modelDir, saveCheckpointsSecs: secs, saveCheckpointsSteps: steps, log = print, progress = true } = given;
    if (secs !== undefined && secs !== null && steps !== undefined && steps !== null) {
      throw headError(
        'INVALID_ARGUMENT',
        `RunConfig: one of saveCheckpointsSecs and saveCheckpointsSteps must be given at most, got ${secs} and ${steps}.`,
      );
    }
    if (modelDir !== undefined && (typeof modelDir !== 'string' || modelDir === ''))
      throw invalid('modelDir', 'a string that is not empty', modelDir);
    if (typeof log !== 'function') throw invalid('log', 'a function of a line', log);
    if (typeof progress !== 'boolean' && typeof (progress as Partial<TerminalStream> | null)?.write !== 'function')
      throw invalid('progress', 'true, false or a stream of a terminal', progress);
    this.modelDir = modelDir;
    this.tfRandomSeed = whole('tfRandomSeed', given.tfRandomSeed ?? 0, 0);
    this.saveSummarySteps = whole('saveSummarySteps', given.saveSummarySteps ?? 100, 1);
    this.saveCheckpointsSteps = steps === undefined || steps === null ? null : whole('saveCheckpointsSteps', steps, 1);
    const defaultSecs = steps === undefined ? 600 : null;
    this.saveCheckpointsSecs =
      secs === undefined ? defaultSecs : secs === null ? null : positive('saveCheckpointsSecs', secs);
    const max = given.keepCheckpointMax;
    this.keepCheckpointMax = max === null ? null : whole('keepCheckpointMax', max ?? 5, 0) || null;
    this.keepCheckpointEveryNHours = positive('keepCheckpointEveryNHours', given.keepCheckpointEveryNHours ?? 10_000);
    const every = given.logStepCountSteps;
    this.logStepCountSteps = every === null ? null : whole('logStepCountSteps', every ?? 100, 1);
    this.log = log;
    this.progress = progress;
    ({ exact: this.exact, threads: this.threads, relaxedSimd: this.relaxedSimd } = checkRunOptions('RunConfig', given));
    Object.freeze(this);
  }

  /** A copy with some of it replaced. A cadence of checkpoints takes the place of the other one. Throws INVALID_ARGUMENT. */
  replace(options: RunConfigOptions): RunConfig {
    const hasCadence = options.saveCheckpointsSecs !== undefined || options.saveCheckpointsSteps !== undefined;
    const cadence = hasCadence ? { saveCheckpointsSecs: undefined, saveCheckpointsSteps: undefined } : {};
    return new RunConfig({ ...this, ...cadence, ...options });
  }
}

function whole(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalid(name, `a whole number, at least ${least}`, value);
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value;
  throw invalid(name, 'a number above 0', value);
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `RunConfig: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
