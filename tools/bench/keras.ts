import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pythonIfMade } from '../goldens/original/python.js';

/** How many milliseconds Keras takes to evaluate nine binary metrics, in Python; undefined where that is not there. */
export function evaluateInKeras(rows: number, batch: number, width: number): number | undefined {
  const python = pythonIfMade();
  if (python === undefined) return undefined;
  const { stdout, stderr, status } = spawnSync(
    python,
    [join(import.meta.dirname, 'keras_evaluate.py'), ...[rows, batch, width].map(String)],
    { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' } },
  );
  const milliseconds = Number(stdout.trim().split('\n').at(-1));
  if (status !== 0 || !(milliseconds > 0)) throw new Error(`Keras ended with ${status}: ${stderr.slice(-500)}`);
  return milliseconds;
}
