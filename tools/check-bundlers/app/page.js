// A page: the backends are what startBackend loads.
import { program } from './program.js';

globalThis.program = program;
