#!/usr/bin/env node
import { CommanderError } from 'commander';
import { program } from './program.js';
import { stdin, takeStdout } from './stdio.js';

const write = takeStdout();
try {
  await program({ source: stdin(), write }).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2; // It has said why.
  else {
    process.stderr.write(`error: ${textOf(error)}\n`);
    process.exitCode = 1;
  }
}
// Whoever writes rows, or a backend, may leave something open.
process.stderr.write('', () => process.exit());

/** The code and the message; of an error without a code, which is of the model's, where it was thrown. */
function textOf(error: unknown): string {
  const { code, message, stack } = (error ?? {}) as { code?: unknown; message?: string; stack?: string };
  return typeof code === 'string' ? `${code}: ${message}` : (stack ?? String(error));
}
