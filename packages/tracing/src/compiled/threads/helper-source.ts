import { WORDS } from './words.js';

/** Words that all helpers share with who calls them, by index: which program is to be helped with, how often one was, and who sleeps. */
export const CONTROL = { program: 0, calls: 16, sleeping: 32, mail: 48 } as const;

/** How often a helper looks for the next step before it sleeps: some tens of microseconds. */
const LOOKS = 10_000;

/**
 * What a helper runs, as text, since no file of a package is found from everywhere. It waits in a loop, not for events, which are too slow; when it has mail, it
 * goes back to them.
 */
export const HELPER: string = `'use strict';
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
const programs = new Map();
let control, mail, received = 0, seen = 0;
function serve() {
  let looks = 0;
  while (received >= Atomics.load(control, mail)) {
    const calls = Atomics.load(control, ${CONTROL.calls});
    if (calls !== seen) {
      seen = calls;
      looks = 0;
      const help = programs.get(Atomics.load(control, ${CONTROL.program}));
      if (help !== undefined) help();
    } else if (++looks > ${LOOKS}) {
      looks = 0;
      Atomics.add(control, ${CONTROL.sleeping}, 1);
      Atomics.wait(control, ${CONTROL.calls}, calls);
      Atomics.sub(control, ${CONTROL.sleeping}, 1);
    }
  }
}
function receive(message) {
  received++;
  if (message.control) {
    control = message.control;
    mail = message.mail;
  } else if (message.module) {
    const m = { memory: message.memory };
    for (const name of message.imports) m[name] = Math[name];
    programs.set(message.id, new WebAssembly.Instance(message.module, { m }).exports.help);
    Atomics.add(new Int32Array(message.memory.buffer), ${WORDS.ready / 4}, 1);
  } else programs.delete(message.id);
  serve();
}
if (port.on) port.on('message', receive);
else port.onmessage = ({ data }) => receive(data);
`;
