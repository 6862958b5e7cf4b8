import type { Tensor } from '@tensorflow/tfjs-core';
import { difference } from '../compare.js';
import { headError } from '@tfjs-heads/head-kit';
import type { WithNumbers } from '../lowering/batch-of-any-size.js';
import { dropDead } from '../passes.js';
import { record } from '../recorder.js';
import { type Recording, releaseRecording } from '../recording.js';
import { scopedCall } from '../scoped-call.js';
import { assemble, type Flat } from '../structure.js';
import { type NamedOutput, namedOutputs } from './outputs.js';

/** A prediction that was recorded: its program, and what its results are. */
export interface RecordedPrediction extends WithNumbers {
  readonly outputs: readonly NamedOutput[];
  /** One for each of the program's variables. */
  readonly variables: readonly ArrayLike<number>[];
}

/** Any function of tensors, its parameters given as a list. */
export type Predict = (...args: unknown[]) => unknown;

/**
 * Records a prediction, twice, since what it draws or counts shows only in what differs.
 *
 * @param args Its arguments, taken apart.
 * @throws EXPORT_UNSUPPORTED, and whatever the prediction throws
 */
export async function recordPrediction(predict: Predict, args: Flat, rows: number): Promise<RecordedPrediction> {
  const first = recordOnce(predict, args);
  try {
    const second = recordOnce(predict, args);
    const other = difference(first.recording, second.recording);
    releaseRecording(second.recording);
    if (other !== undefined) throw unsupported(`one for which ${other} from one call to the next`);
    return await withNumbers(first, rows);
  } finally {
    releaseRecording(first.recording);
  }
}

interface Once {
  readonly recording: Recording;
  readonly outputs: readonly NamedOutput[];
}

function recordOnce(predict: Predict, args: Flat): Once {
  let outputs: readonly NamedOutput[] = [];
  const run = (): readonly Tensor[] => {
    const named = namedOutputs(predict(...(assemble(args.structure, args.tensors) as unknown[])));
    outputs = named.outputs;
    return named.tensors;
  };
  const { returned, recording } = record(() => scopedCall(run), args);
  for (const tensor of returned as readonly Tensor[]) tensor.dispose();
  const assigned = recording.program.variables.find(({ after }) => after !== undefined);
  const problem = recording.problem ?? (assigned && `it assigns the variable ${assigned.name}`);
  if (problem === undefined) return { recording, outputs };
  releaseRecording(recording);
  throw unsupported(`one that no recording can stand for: ${problem}`);
}

async function withNumbers({ recording, outputs }: Once, rows: number): Promise<RecordedPrediction> {
  const kept = recording.program.nodes.map((_, index) => index);
  const program = dropDead(recording.program, kept);
  const read = (tensors: readonly Tensor[]): Promise<ArrayLike<number>[]> =>
    Promise.all(tensors.map((tensor) => tensor.data()));
  const [constants, variables] = await Promise.all([read(recording.constants), read(recording.variables)]);
  return { program, rows, constants, variables, outputs };
}

function unsupported(what: string): Error {
  return headError('EXPORT_UNSUPPORTED', `predict must be a prediction that does the same each time, got ${what}.`);
}
