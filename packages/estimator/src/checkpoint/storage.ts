/** Where checkpoints are kept, whole or not at all. */
export interface CheckpointStorage {
  /** What it is called in messages and paths. */
  readonly name: string;
  /** The steps of which there is a checkpoint, in rising order. */
  list(): Promise<readonly number[]>;
  /** The path of the checkpoint of a step, as {@link CheckpointStorage.stepOf} takes it. */
  pathOf(step: number): string;
  /** The step of a path of this storage; undefined for any other. */
  stepOf(path: string): number | undefined;
  /** Throws CHECKPOINT_MISSING. */
  read(step: number): Promise<Uint8Array>;
  /** Afterwards there is the whole checkpoint; where that fails, nothing else has changed. */
  write(step: number, bytes: Uint8Array): Promise<void>;
  remove(step: number): Promise<void>;
}

/** The name of the file of a checkpoint, as the original's but for its ending. */
export function fileOf(step: number): string {
  return `model.ckpt-${step}.safetensors`;
}

/** The step of such a name; undefined for any other. */
export function stepOfFile(name: string): number | undefined {
  const digits = /^model\.ckpt-(0|[1-9]\d{0,15})\.safetensors$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
