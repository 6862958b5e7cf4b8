import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { freshDir, lineEstimator, points, quiet } from './models.js';

await tf.setBackend('cpu');

let modelDir = '';
afterEach(() => rmSync(modelDir, { recursive: true, force: true }));

async function trained(steps = 6): Promise<void> {
  modelDir = freshDir();
  const estimator = lineEstimator({ modelDir, config: quiet({ saveCheckpointsSteps: 3 }) });
  await estimator.train(() => points(steps));
  estimator.dispose();
}

const fileOf = (step: number): string => join(modelDir, `model.ckpt-${step}.safetensors`);

/** How often a process is killed, and on which backend. */
const { KILLS = '5', KILLS_BACKEND: backend = 'cpu' } = process.env;

describe('a killed process', () => {
  const trainee = join(import.meta.dirname, 'fixtures', 'trainee.mjs');
  const run = (folder: string) => execa(process.execPath, [trainee, folder, backend], { reject: false });
  const hashOfLast = (folder: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, 'model.ckpt-60.safetensors')))
      .digest('hex');

  it(`resumes from a whole checkpoint, and ends with the same bits as one that was never killed (${KILLS} times, ${backend})`, async () => {
    modelDir = freshDir();
    const folder = join(modelDir, 'whole');
    const { stdout } = await run(folder);
    expect(stdout).toBe('begun\ndone');
    const expected = hashOfLast(folder);

    let [kills, inSaves, trainings] = [0, 0, 0];
    while (kills < Number(KILLS)) {
      const killed = join(modelDir, `killed-${trainings++}`);
      for (let isTerminated: boolean | undefined = true; isTerminated;) {
        const child = run(killed);
        await new Promise((resolve) => child.stdout.once('data', resolve));
        // The last one of a training goes on to its end.
        if (kills < Number(KILLS)) {
          await delay(Math.random() * 250);
          child.kill('SIGKILL');
        }
        ({ isTerminated } = await child);
        if (isTerminated) kills++;
        if (unfinishedIn(killed).length > 0) inSaves++;
      }
      expect(hashOfLast(killed)).toBe(expected);
      expect(unfinishedIn(killed)).toEqual([]);
    }
    console.info(`${kills} kills, ${inSaves} in the middle of a save, of ${trainings} trainings on ${backend}`);
  });
});

function unfinishedIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.unfinished')) : [];
}

describe('a damaged checkpoint is refused by name, and the one before it is as it was', () => {
  it.each([
    ['cut off', (file: string) => truncateSync(file, 200)],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['changed by a bit', (file: string) => writeFileSync(file, flipped(readFileSync(file)))],
    ['no such file at all', (file: string) => writeFileSync(file, 'hello, here is no checkpoint at all')],
    ['a header of 2^60 bytes', (file: string) => writeFileSync(file, Buffer.from([0, 0, 0, 0, 0, 0, 0, 16, 123, 125]))],
    [
      'an absurd shape',
      (file: string) =>
        writeFileSync(file, withHeader({ a: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] } }, 4)),
    ],
    [
      'places outside of the file',
      (file: string) => writeFileSync(file, withHeader({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 0)),
    ],
    [
      'tensors that share bytes',
      (file: string) =>
        writeFileSync(
          file,
          withHeader(
            {
              a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
              b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
            },
            4,
          ),
        ),
    ],
    ['a list for a header', (file: string) => writeFileSync(file, withHeader([], 0))],
    [
      'a negative shape',
      (file: string) => writeFileSync(file, withHeader({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4)),
    ],
    [
      'a type of numbers that there is not',
      (file: string) => writeFileSync(file, withHeader({ a: { dtype: 'F8', shape: [4], data_offsets: [0, 4] } }, 4)),
    ],
  ])('%s', async (_name, damage) => {
    await trained();
    damage(fileOf(6));
    const estimator = lineEstimator({ modelDir });
    const train = estimator.train(() => points(1));
    await expect(train).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining(fileOf(6)) as string,
    });
    const { global_step: step } = await estimator.evaluate(() => points(1), { checkpointPath: fileOf(3) });
    expect(step).toBe(3);
    estimator.dispose();
  });

  it('of another model', async () => {
    await trained();
    const other = lineEstimator({
      modelDir,
      modelFn: (args) => {
        args.store.variable('extra', { shape: [2] });
        return lineEstimator().modelFn(args);
      },
    });
    await expect(other.train(() => points(1))).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining("'extra' of shape [2]") as string,
    });
    other.dispose();
  });
});

describe('where nothing can be written', () => {
  it('a full disk leaves the last checkpoint as it was', async () => {
    await trained();
    // What is written there finds no space.
    symlinkSync('/dev/full', `${fileOf(9)}.${process.pid}.unfinished`);
    const estimator = lineEstimator({ modelDir, config: quiet({ saveCheckpointsSteps: 3 }) });
    await expect(estimator.train(() => points(9))).rejects.toMatchObject({
      code: 'CHECKPOINT_UNWRITABLE',
      message: expect.stringContaining('no space left') as string,
    });
    expect((await estimator.evaluate(() => points(1))).global_step).toBe(6);
    expect(readdirSync(modelDir).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
    await estimator.train(() => points(9), { maxSteps: 9 });
    estimator.dispose();
  });

  it('a model directory that is a file is refused', async () => {
    modelDir = freshDir();
    mkdirSync(modelDir);
    const file = join(modelDir, 'file');
    writeFileSync(file, '');
    const estimator = lineEstimator({ modelDir: file });
    await expect(estimator.train(() => points(1))).rejects.toThrow(/ENOTDIR|CHECKPOINT_UNWRITABLE/);
    estimator.dispose();
  });
});

function flipped(bytes: Buffer): Buffer {
  const last = bytes.length - 3;
  bytes[last] = (bytes[last] as number) ^ 1;
  return bytes;
}

function withHeader(header: unknown, size: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(size)]);
}
