import type { ExportOutput, StringValues } from '@tfjs-heads/head-api';
import type { Tensor } from '@tensorflow/tfjs-core';
import { drawRows, type Model } from './models.js';

/** Values of an output, as JSON has them. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

/** What a signature of a model must give for some rows. */
export interface Expectation {
  readonly signature: string;
  readonly rows: Values;
  readonly isInt: boolean;
  readonly outputs: Readonly<Record<string, Values>>;
}

/** What every signature of a model gives in tfjs, by the keys of the original. */
export async function expectationsOf(model: Model, rows: number, seed: number): Promise<readonly Expectation[]> {
  const x = drawRows(model, rows, seed);
  const spec = model.predict({ x });
  if (spec.mode !== 'infer') throw new Error(`${model.name} makes a spec of the mode ${spec.mode}.`);
  const given = await valuesOf(x);
  const expectations: Expectation[] = [];
  for (const [signature, output] of Object.entries(spec.exportOutputs)) {
    const outputs: Record<string, Values> = {};
    for (const [name, value] of Object.entries(outputsOf(output))) outputs[name] = await valuesOf(value);
    expectations.push({ signature, rows: given, isInt: x.dtype === 'int32', outputs });
  }
  spec.dispose();
  x.dispose();
  return expectations;
}

function outputsOf(output: ExportOutput): Readonly<Record<string, Tensor | StringValues>> {
  if (output.kind === 'regression') return { outputs: output.value };
  if (output.kind === 'predict') return output.outputs;
  const { scores, classes } = output;
  return { ...(scores && { scores }), ...(classes && { classes }) };
}

async function valuesOf(value: Tensor | StringValues): Promise<Values> {
  return { shape: value.shape, values: Array.from((await value.data()) as ArrayLike<number | string>) };
}
