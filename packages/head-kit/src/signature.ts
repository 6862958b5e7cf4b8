import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutput, ExportOutputs, StringValues } from '@tfjs-heads/head-api';

/** What a served model offers under one key: the method and its named outputs. */
export interface Signature {
  readonly method: 'regress' | 'classify' | 'predict';
  readonly outputs: Readonly<Record<string, Tensor | StringValues>>;
}

/** One signature for each export output, under its key. */
export function signaturesOf(exportOutputs: ExportOutputs): Readonly<Record<string, Signature>> {
  return Object.fromEntries(Object.entries(exportOutputs).map(([key, output]) => [key, signatureOf(output)]));
}

function signatureOf(output: ExportOutput): Signature {
  switch (output.kind) {
    case 'regression':
      return { method: 'regress', outputs: { outputs: output.value } };
    case 'classification':
      return {
        method: 'classify',
        outputs: { ...(output.scores && { scores: output.scores }), ...(output.classes && { classes: output.classes }) },
      };
    case 'predict':
      return { method: 'predict', outputs: output.outputs };
  }
}
