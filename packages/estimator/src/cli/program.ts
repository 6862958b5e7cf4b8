import { Command, InvalidArgumentError, Option } from 'commander';
import type { MergeCommandOptions } from './merge.js';
import { type EvaluateCommandOptions, FORMATS, isId, LONGEST_ID, type PredictCommandOptions } from './options.js';
import type { Write } from './stdio.js';

const MODEL = 'a module that exports a head and how to make logits, the folder of an exported model, or checkpoints';
const MODULE = 'of a folder: a module that exports what it does not tell, the head or the estimator';
const MOST_SLICES = 100_000;
const MOST_ROWS = 10_000_000;
const LARGEST = 2 ** 30;

// A command is imported when it is called: a thread that cuts the input for others needs no metrics.

/** Streams of a process. */
export interface Streams {
  readonly source: AsyncIterable<Uint8Array>;
  readonly write: Write;
}

/** The command line, yet to be parsed, which throws a CommanderError for wrong usage. */
export function program({ source, write }: Streams): Command {
  const root = new Command('tfjs-heads')
    .description(
      'Evaluates and predicts where the rows are: rows on standard input, a state or predictions on standard output.',
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => void write(text) })
    .addHelpText(
      'after',
      '\nExit codes: 0 all is good; 1 an error, whose code is said on standard error; 2 wrong usage.',
    );
  withInput(root.command('evaluate').description('Counts rows, and prints what they come to as one line of JSON.'))
    .option('--state', 'print a state to merge with others, not results')
    .option('--partition <id>', 'which part of the data this is: it counts once, however often its state is merged', id)
    .option('--by <column>', 'the same for each value of a column')
    .option('--slices <number>', 'how many values at most; the rest is counted, and said', count(MOST_SLICES), 1000)
    .action(async (path: string, options: EvaluateCommandOptions) => {
      const { workers } = options;
      if (workers === undefined)
        await (await import('./evaluate.js')).evaluateCommand({ path, module: options.module }, options, source, write);
      else
        await (
          await import('./pool-commands.js')
        ).evaluateInPool({ path, module: options.module }, options, workers, source, write);
    });
  withInput(root.command('predict').description('Prints the predictions of rows, in their order and format.'))
    .option('--keys <names>', 'which predictions, separated by commas', names)
    .action(async (path: string, options: PredictCommandOptions) => {
      const { workers } = options;
      if (workers === undefined)
        await (await import('./predict.js')).predictCommand({ path, module: options.module }, options, source, write);
      else
        await (
          await import('./pool-commands.js')
        ).predictInPool({ path, module: options.module }, options, workers, source, write);
    });
  root
    .command('merge')
    .description('Merges states, one a line, to one.')
    .argument('<model>', MODEL)
    .option('--module <file>', MODULE)
    .option('--result', 'print results, not a state')
    .option('--max-line <bytes>', 'how long a state may be', count(LARGEST), 64 * 2 ** 20)
    .option('--quiet', 'say nothing but errors')
    .action(async (path: string, options: MergeCommandOptions) =>
      (await import('./merge.js')).mergeCommand({ path, module: options.module }, options, source, write),
    );
  return root;
}

function withInput(command: Command): Command {
  return command
    .argument('<model>', MODEL)
    .option('--module <file>', MODULE)
    .addOption(new Option('--format <name>', 'of the rows').choices(FORMATS).makeOptionMandatory())
    .option('--columns <names>', 'of tsv without a first line of names: separated by commas, from left to right', names)
    .option('--batch-size <rows>', 'how many rows the model is given at once, at most', count(MOST_ROWS), 16_384)
    .option('--max-line <bytes>', 'how long a line may be', count(LARGEST), 2 ** 20)
    .option('--max-message <bytes>', 'how large a batch of Arrow may be', count(LARGEST), 256 * 2 ** 20)
    .option('--workers <number>', 'how many threads', count(256))
    .option('--quiet', 'say nothing but errors');
}

function count(most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}

function names(text: string): readonly string[] {
  return text.split(',');
}

function id(text: string): string {
  if (isId(text)) return text;
  throw new InvalidArgumentError(`It must be a text of 1 to ${LONGEST_ID} characters.`);
}
