import type { Tensor } from '@tensorflow/tfjs-core';
import { sameNumbers } from './compare.js';
import { type BackendData, numbersInMemory } from './engine.js';
import type { Recording } from './recording.js';
import type { Replay } from './replay.js';
import { type Flat, flatten } from './structure.js';

/** Whether a replay of the recorded step gives something else than the step gave. */
export function whatDiffers(
  { recording, replay }: { readonly recording: Recording; readonly replay: Replay },
  { tensors }: Flat,
  before: readonly (Tensor | undefined)[],
  returned: unknown,
): string | undefined {
  if (before.includes(undefined)) return 'a variable is new';
  const { results, assigned } = replay.try(tensors, before as readonly Tensor[]);
  const { program, variables } = recording;
  for (const [index, tensor] of resultsOf(recording, returned).entries())
    if (!sameData(results[index], numbersInMemory(tensor)))
      return `a replay gives another ${program.results[index]?.path || 'result'}`;
  const trained = variables.filter((_, index) => program.variables[index]?.after !== undefined);
  for (const [index, variable] of trained.entries())
    if (!sameData(assigned[index], numbersInMemory(variable)))
      return `a replay gives another value of the variable ${variable.name}`;
  return undefined;
}

/** What a step returned, in the order of the program's results. */
export function resultsOf({ program, returned: { sources } }: Recording, returned: unknown): readonly Tensor[] {
  const { tensors } = flatten(returned);
  return program.results.map(
    (_, index) => tensors[sources.findIndex((source) => source.kind === 'result' && source.index === index)] as Tensor,
  );
}

function sameData(a: BackendData | undefined, b: BackendData): boolean {
  return a !== undefined && sameNumbers(a as Float32Array, b as Float32Array);
}
