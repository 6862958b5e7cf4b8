#!/usr/bin/env node
import { CommanderError } from 'commander';
import { program } from './program.js';
import { printError } from './summary.js';
import { UsageError } from './usage-error.js';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    process.exitCode = name === 'SIGINT' ? 130 : 143;
    interrupted.abort();
  });
}

try {
  await program(interrupted.signal).parseAsync();
} catch (error) {
  if (interrupted.signal.aborted) printError('Interrupted: there is no report.');
  else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2; // It has said why.
  else if (error instanceof UsageError) {
    printError(`error: ${error.message}`);
    process.exitCode = 2;
  } else throw error;
}
// A browser elsewhere that could not be had may have left a connection open.
process.stdout.write('', () => process.exit());
