import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { backendNames } from './backends.js';
import { examples } from './examples.js';

/** What `npm start` was asked for, beside the examples. */
export interface Options {
  /** Undefined: whatever this machine has. */
  readonly backend?: readonly string[];
  /** A folder for SavedModels. */
  readonly export?: string;
}

const exampleNames = examples.map((example) => example.name);

/** The command line, yet to be parsed. */
export function commandLine(): Command {
  return new Command('npm start --')
    .description('Trains and evaluates heads on real data, on every backend that Node has on this machine.')
    .addArgument(new Argument('[examples...]', 'which examples (default: the first three)').choices(exampleNames))
    .addOption(
      new Option(
        '--backend <names>',
        `which backends, of ${backendNames.join(', ')}, separated by commas (default: all that are there)`,
      ).argParser(someOf(backendNames)),
    )
    .option(
      '--export <folder>',
      'also write each trained model as a SavedModel of TensorFlow, to FOLDER/EXAMPLE-BACKEND',
    )
    .addHelpText('after', `\n${listed(examples)}\n\nFor instance: npm start -- seattle-rain --backend cpu,wasm`);
}

/** The names of the examples to run, of a command line that was parsed. */
export function chosenExamples(program: Command): readonly string[] {
  const [names = []] = program.processedArgs as [(readonly string[])?];
  return names.length > 0 ? names : exampleNames.slice(0, 3);
}

/** What else there is to run. */
export function otherExamples(chosen: readonly string[]): string {
  const others = examples.filter(({ name }) => !chosen.includes(name));
  return others.length === 0 ? '' : `Others, by npm start -- NAME:\n${listed(others)}`;
}

function listed(some: typeof examples): string {
  const width = Math.max(...some.map(({ name }) => name.length));
  return some.map(({ name, head, task }) => `  ${name.padEnd(width)}  ${head}: ${task}`).join('\n');
}

/** Reads a list separated by commas, each of `choices`, none twice. */
function someOf(choices: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = [...new Set(text.split(',').map((name) => name.trim()))];
    const unknown = names.filter((name) => !choices.includes(name));
    if (unknown.length > 0) {
      throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. There are ${choices.join(', ')}.`);
    }
    return names;
  };
}
