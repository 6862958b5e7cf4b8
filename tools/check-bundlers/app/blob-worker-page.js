// A classic script, wrapped in a Blob by hand.
import { inWorker } from './in-worker.js';

globalThis.program = async (options) => {
  const code = await (await fetch('./worker.js')).text();
  return inWorker(new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))), options);
};
