// The program itself says where the binaries are, by tfjs' own function.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { program } from './program.js';

setWasmPaths('/elsewhere/');
globalThis.program = program;
