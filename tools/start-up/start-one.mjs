// Starts one backend, or without a name whichever is fastest, in a fresh process and prints how long that took. Run by main.ts.
const [name, selfTest] = process.argv.slice(2);
const start = performance.now();
const { startBackend } = await import('@tfjs-heads/backends');
const loaded = performance.now();
await startBackend({ ...(name && { prefer: [name], allow: [name] }), selfTest: selfTest === 'true' });
console.log(`${loaded - start} ${performance.now() - loaded}`);
