import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonIfMade } from '../goldens/original/python.js';
import type { Contestant } from './contestant.js';
import type { Rates, Task } from './trace-float64.js';

/** The frameworks of Python, by their names there. */
export type Framework = 'tensorflow' | 'jax';

/**
 * The same step by `tf.function` or by JAX' jit, in a process of Python; a string says why it cannot be had.
 *
 * @param means.python One that has the framework. Default: that of the goldens, which has TensorFlow, if it is there.
 * @param means.threads How many threads JAX computes by. Default: as many as it likes.
 */
export async function pythonStep(
  framework: Framework,
  { x, labels, weights, ...task }: Task,
  rates: Rates,
  {
    python = pythonIfMade(),
    threads,
  }: { readonly python?: string | undefined; readonly threads?: number | undefined } = {},
): Promise<Contestant | string> {
  if (python === undefined) return '`npm run goldens:original` makes the Python that has it';
  const child = spawn(python, [join(import.meta.dirname, 'python_steps.py'), framework], {
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      TF_CPP_MIN_LOG_LEVEL: '3',
      JAX_PLATFORMS: 'cpu',
      ...(threads !== undefined && {
        XLA_FLAGS: `--xla_cpu_multi_thread_eigen=${threads > 1} intra_op_parallelism_threads=${threads}`,
      }),
    },
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint = `${complaint}${text.toString()}`.slice(-500)));
  child.on('error', (error) => (complaint = error.message));
  child.stdin.on('error', () => undefined); // it has ended, which the next answer tells
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const send = (line: string): void => void child.stdin.write(`${line}\n`);
  const train: Contestant['train'] = async (count) => {
    send(String(count));
    const { value, done } = await answers.next();
    if (done === true) throw new Error(complaint.trim().split('\n').at(-1) || 'Python ended');
    return JSON.parse(value) as Awaited<ReturnType<Contestant['train']>>;
  };
  const lists = { x: [...x], labels: [...labels], weights: weights.map((values) => [...values]) };
  send(JSON.stringify({ ...task, ...rates, ...lists }));
  try {
    await train(0);
  } catch (error) {
    return (error as Error).message;
  }
  return { train, end: () => child.stdin.end() };
}
