import { Command, InvalidArgumentError, Option } from 'commander';
import { backendNames } from './backends.js';
import { examples } from './examples.js';

/** What `npm start` was asked for. */
export interface Options {
  readonly example: readonly string[];
  /** Undefined: whatever this machine has. */
  readonly backend?: readonly string[];
}

const exampleNames = examples.map((example) => example.name);

/** The command line, yet to be parsed. */
export function commandLine(): Command {
  return new Command('npm start --')
    .description('Trains and evaluates heads on real data, on every backend that Node has on this machine.')
    .addOption(
      new Option('--example <names>', `which examples, of ${exampleNames.join(', ')}`)
        .argParser(someOf(exampleNames))
        .default(exampleNames.slice(0, 2), 'the first two'),
    )
    .addOption(
      new Option(
        '--backend <names>',
        `which backends, of ${backendNames.join(', ')} (default: all that are there)`,
      ).argParser(someOf(backendNames)),
    )
    .addHelpText('after', '\nLists are separated by commas: npm start -- --example hourly-flights --backend cpu,wasm');
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
