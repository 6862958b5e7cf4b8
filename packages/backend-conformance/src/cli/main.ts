#!/usr/bin/env node
import { CommanderError } from 'commander';
import { closeGuard } from '../node/guard.js';
import { program } from './program.js';
import { printError } from './summary.js';
import { UsageError } from './usage-error.js';

const LONGEST_END = 20_000; // ms

const interrupted = new AbortController();
for (const [name, exitCode] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(name, () => {
    process.exitCode = exitCode;
    interrupted.abort();
    setTimeout(() => process.exit(), LONGEST_END).unref(); // The guard cleans up after it.
  });
}
// Whoever reads may be gone, and a closed terminal too: that is no reason to break off.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await program(interrupted.signal).parseAsync();
} catch (error) {
  if (interrupted.signal.aborted) printError('Interrupted: there is no report.');
  else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2; // It has said why.
  else if (error instanceof UsageError) {
    printError(`error: ${error.message}`);
    process.exitCode = 2;
  } else {
    await closeGuard();
    throw error;
  }
}
await closeGuard();
// A browser elsewhere that could not be had may have left a connection open.
process.stdout.write('', () => process.exit());
