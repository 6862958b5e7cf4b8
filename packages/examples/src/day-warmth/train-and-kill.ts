import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { getBackend } from '@tensorflow/tfjs-core';
import { median } from 'd3-array';
import type { TrainResult } from '../train.js';
import { STEPS_PER_EPOCH } from './days.js';
import type { Message } from './training-process.js';

/** As it was built, also where this runs from source. */
const program = fileURLToPath(new URL('../../dist/day-warmth/training-process.js', import.meta.url));

/** Trains in a process that is killed in the middle of its last epoch, and in another one that goes on from the last checkpoint. */
export async function trainAndKill(
  folder: string,
  epochs: number,
  onStep?: (done: number, total: number) => void,
): Promise<{ readonly training: TrainResult; readonly testLosses: readonly number[] }> {
  const total = epochs * STEPS_PER_EPOCH;
  const losses: number[] = [];
  const milliseconds: number[] = [];
  const testLosses: number[] = [];
  const take = (message: Message): void => {
    if ('epoch' in message) {
      testLosses[message.epoch - 1] = message.testLoss;
      return;
    }
    milliseconds.push(message.milliseconds);
    const isNew = message.step > losses.length; // And not taken again, from the checkpoint on.
    losses[message.step - 1] = message.loss;
    if (isNew) onStep?.(message.step, total);
  };
  await train(folder, epochs, take, total - Math.ceil(STEPS_PER_EPOCH / 2));
  await train(folder, epochs, take);
  return {
    training: { losses, stepsPerEpoch: STEPS_PER_EPOCH, stepsPerSecond: 1000 / (median(milliseconds) ?? NaN) },
    testLosses,
  };
}

/** One process, to its end or until it is killed. */
function train(folder: string, epochs: number, take: (message: Message) => void, killAt = Infinity): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [folder, getBackend(), String(epochs)], { execArgv: [], silent: true });
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)));
    child.on('message', (message: Message) => {
      take(message);
      if ('step' in message && message.step === killAt) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve();
      else reject(new Error(`The training process ended with ${code ?? signal}: ${said}`));
    });
  });
}
