import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { merge, type MergeOptions } from './merge.js';
import { writePage, type PageOptions } from './page.js';
import { CASE_LIMIT, printable } from '@tfjs-heads/conformance-kit/host';
import { another, browserAddress, jsonObject, list, shard, wholeNumber } from './parse.js';
import { run } from './run.js';
import type { RunCommandOptions } from './run-options.js';
import { defaultTargets, somewhere } from './target.js';
import { suiteVersion } from './version.js';

const DAY = 86_400; // s

const MOST_FAILURES = 1_000_000;

const MODULE =
  'exports `subjects`: the heads to be proved, `families`: checks of your own, or both (default: the heads of this project)';

/** The command line, yet to be parsed. Each command sets the exit code; parsing throws a CommanderError. */
export function program(interrupted: AbortSignal): Command {
  const root = new Command('backend-conformance')
    .description('Proves that model heads, or a backend of TensorFlow.js, give the right numbers.')
    .version(suiteVersion)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(printable(text)) }) // It repeats arguments.
    .enablePositionalOptions()
    .argument('[module]', MODULE)
    .addOption(
      new Option('--backend <names>', `of ${defaultTargets.join(', ')}; ${somewhere} says where`)
        .argParser(list)
        .default(defaultTargets, 'all'),
    )
    .option(
      '--filter <query>',
      'only these cases, such as RegressionHead:law or *:golden:*:rows=33 (repeatable)',
      another,
    )
    .option('--list', 'print the queries of the cases, and run nothing')
    .option('--out <folder>', 'write results.json, junit.xml and report.html')
    .option('--shard <i/n>', 'only the i-th of n parts of the cases', shard)
    .option('--require <names>', 'backends that must have run: exit code 1 where nothing passed on one', list)
    .option('--expectations <file>', 'known divergences, added to those of the suite (repeatable)', another)
    .option('--no-repairs', 'the backends as tfjs ships them')
    .option('--register <module>', 'imported first: registers a backend of your own (repeatable)', another)
    .addOption(
      new Option('--bail [number]', 'stop after so many failures (1 where no number is given)')
        .argParser(wholeNumber(1, MOST_FAILURES))
        .preset(1),
    )
    .option('--jobs <number>', 'how many backends run at once', wholeNumber(1, 64), availableParallelism())
    .option(
      '--silence <seconds>',
      'how long a process or page may say nothing before it counts as hung',
      wholeNumber(1, DAY),
      180,
    )
    .option('--case-timeout <seconds>', 'how long one case may take', wholeNumber(1, DAY), CASE_LIMIT / 1000)
    .option('--gpu', "Chromium, Firefox and WebKit with this machine's GPU, not the software GPU")
    .option(
      '--browser <address>',
      'a browser elsewhere: ws://... of a Playwright server, http://... of a WebDriver server',
      browserAddress,
    )
    .option('--capabilities <json>', 'what to ask a WebDriver server for', jsonObject)
    .option('--host <address>', 'of this machine, as the browser reaches it', '127.0.0.1')
    .option('--verbose', 'print what backends and heads print')
    .option('--quiet', 'print failures and the last line only')
    .addHelpText(
      'after',
      '\nExit codes: 0 all is good; 1 something failed or is missing, nothing passed, a required backend did not run, or there is no report; 2 wrong usage.',
    )
    .action((module: string | undefined, options: RunCommandOptions) => run(module, options, interrupted));
  root
    .command('merge')
    .description('Joins the reports of shards, backends or machines.')
    .argument('<results...>', 'files results.json')
    .requiredOption('--out <folder>', 'write results.json, junit.xml and report.html')
    .option('--require <names>', 'backends that must have run', list)
    .option('--quiet', 'print the last line only')
    .action((files: string[], options: MergeOptions) => merge(files, options));
  root
    .command('page')
    .description("Builds static files: a page that runs the suite in its visitor's browser.")
    .argument('[module]', MODULE)
    .requiredOption('--out <folder>', 'where to; what is there already stays')
    .option('--register <module>', 'imported first: registers a backend of your own (repeatable)', another)
    .action((module: string | undefined, options: PageOptions) => writePage(module, options, interrupted));
  return root;
}
