// Trains with two threads, in the program and in a worker of it, and ends by itself.
import { isMainThread, Worker } from 'node:worker_threads';
import { trainWithThreads } from '../page/train.mjs';

const text = await trainWithThreads(2);
console.log(`in ${isMainThread ? 'the program' : 'a worker'}${text}`);
if (isMainThread) new Worker(new URL(import.meta.url)).on('error', (error) => console.log(error.message));
