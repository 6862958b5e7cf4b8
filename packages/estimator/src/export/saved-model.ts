import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Features, PredictSpec } from '@tfjs-heads/head-api';
import { exportSavedModel } from '@tfjs-heads/tracing/saved-model';
import { existsSync } from 'node:fs';

/** Writes a SavedModel into a folder named by the time in seconds, the next free second. Gives its path. */
export async function exportModel(
  base: string,
  example: Features,
  predict: (features: Features) => PredictSpec,
): Promise<string> {
  await mkdir(base, { recursive: true });
  let seconds = Math.floor(Date.now() / 1000);
  while (existsSync(join(base, String(seconds)))) seconds++;
  const folder = join(base, String(seconds));
  await exportSavedModel(folder, { predict, example: [example] });
  return folder;
}
