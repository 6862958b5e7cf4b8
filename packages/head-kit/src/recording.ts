import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadError } from '@tfjs-heads/head-api';

/** What a device will say about a value: the error to raise, or that all is well. */
export type DeviceCheck = Promise<HeadError | undefined>;

/** What `deviceCheck` asks a device. */
export interface DeviceQuestion {
  /** A bool scalar, which is disposed of when it has been read. */
  readonly valid: Tensor;
  /** The error where it is false. */
  error(): HeadError;
  /** The values that may be valid or not, if one tensor has them all. */
  readonly of?: Tensor;
  /** What is known of such values, so that no device is asked about them. */
  readonly known?: ValidValues;
}

/** Which tensors have valid values: as a set is asked, but by their data. */
export interface ValidValues {
  /** @throws The error of the question, where the values are at hand and not valid. */
  has(tensor: Tensor): boolean;
  add(tensor: Tensor): void;
}

/**
 * Where a step is recorded, to be run again with other values: who records it. It is told what the engine does not show, such as a look at the memory of a
 * backend, and asked before what is done depends on a value.
 */
export interface StepRecorder {
  /** Whether a tensor has the same values whenever the step is run again. */
  isConstant(tensor: Tensor): boolean;
  /** The values of a tensor were looked at, and what is done next depends on them. */
  looksAt(tensor: Tensor): void;
  /**
   * A device is asked whether a value is valid, and is to be asked again whenever the step is run again.
   *
   * @param ask Asks it now.
   */
  asksDevice(question: DeviceQuestion, ask: () => DeviceCheck): DeviceCheck;
}

/** The property of tfjs' engine under which the recorder stands while it records: one for all copies of all packages. */
export const RECORDER: unique symbol = /*#__PURE__*/ Symbol.for('tfjs-heads.recorder/1') as never;

/** Who is recording the step that runs now, if anybody is. */
export function recorderNow(): StepRecorder | undefined {
  return (engine() as { readonly [RECORDER]?: StepRecorder })[RECORDER];
}
