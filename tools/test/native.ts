// Starts the native backend as a user would, and says what TensorFlow it is.
import { describeBackend, startBackend } from '@tfjs-heads/backends';

process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3'; // or TensorFlow tells about the processor
await startBackend({ prefer: ['tensorflow'], allow: ['tensorflow'] });
const { versions } = await describeBackend();
console.log(`native backend: ${JSON.stringify(versions)}`);
