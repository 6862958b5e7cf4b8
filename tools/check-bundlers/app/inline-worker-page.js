// Vite makes a Blob of the worker's code.
import { inWorker } from './in-worker.js';
// oxlint-disable-next-line import/default -- Vite makes it
import InlineWorker from './worker.js?worker&inline';

globalThis.program = (options) => inWorker(new InlineWorker(), options);
