import { headError } from '@tfjs-heads/head-kit';

/** A browser has no folders to write to. */
export async function exportModel(): Promise<string> {
  throw headError('EXPORT_UNSUPPORTED', 'exportSavedModel needs folders, which Node has, got a browser.');
}

export async function listExports(): Promise<readonly string[]> {
  return [];
}

export async function removeExport(): Promise<void> {
  // There is none.
}

export async function readBest(): Promise<undefined> {
  return undefined;
}

export async function writeBest(): Promise<void> {
  // There is no export that it is about.
}
