import { headError } from '@tfjs-heads/head-kit';

/** A browser has no files to write. @throws EXPORT_UNSUPPORTED, always */
export function checkFree(): never {
  throw headError(
    'EXPORT_UNSUPPORTED',
    'An export must be written where files are, which Node has, got a browser: see what gives the bytes.',
  );
}

export async function writeFolder(): Promise<never> {
  return checkFree();
}

export async function writeOneFile(): Promise<never> {
  return checkFree();
}
