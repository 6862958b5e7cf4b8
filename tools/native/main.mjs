#!/usr/bin/env node
import { ensureNative } from './ensure.mjs';
import { Problem } from './problem.mjs';

const USAGE = `Usage: node tools/native/main.mjs [--cuda]

Builds the addon of @tensorflow/tfjs-node (--cuda: tfjs-node-gpu) against the TensorFlow of a Python wheel.
Downloads and builds are kept in $TFJS_HEADS_CACHE, or $XDG_CACHE_HOME/tfjs-heads, or ~/.cache/tfjs-heads.`;

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--cuda')) {
  console.log(USAGE);
  process.exit(args.includes('--help') ? 0 : 2);
}
try {
  const { folder, version, tensorflow, changed } = await ensureNative({
    cuda: args.includes('--cuda'),
    log: (line) => console.log(`native: ${line}`),
  });
  console.log(
    `native: ${changed ? 'built' : 'ready'}: tfjs-node ${version} with TensorFlow ${tensorflow} in ${folder}`,
  );
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`native: ${error.message}`);
  process.exitCode = 1;
}
