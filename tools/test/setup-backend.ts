// Runs before each test file: starts the backend of the project. It must not import tfjs-layers,
// which registers gradients: some tests prove that heads need none.
import { inject } from 'vitest';
import { startBackend } from './backend/start.js';

await startBackend(inject('backend'));
