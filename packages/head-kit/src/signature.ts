import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutput, ExportOutputs, StringValues } from '@tfjs-heads/head-api';
import { quote } from './checks/describe.js';
import { checkMap } from './checks/options.js';
import { checkExportOutput } from './export-output.js';

/** What a served model offers under one key: the method and its named outputs. */
export interface Signature {
  readonly method: 'regress' | 'classify' | 'predict';
  readonly outputs: Readonly<Record<string, Tensor | StringValues>>;
}

/**
 * One signature for each export output, under its key.
 *
 * @throws EXPORT_OUTPUT_INVALID
 */
export function signaturesOf(exportOutputs: ExportOutputs): Readonly<Record<string, Signature>> {
  const outputs = Object.entries(
    checkMap('exportOutputs', exportOutputs, 'a map of export outputs', 'EXPORT_OUTPUT_INVALID'),
  );
  return Object.fromEntries(
    outputs.map(([key, output]) => [key, signatureOf(checkExportOutput(`exportOutputs[${quote(key)}]`, output))]),
  );
}

function signatureOf(output: ExportOutput): Signature {
  switch (output.kind) {
    case 'regression':
      return { method: 'regress', outputs: { outputs: output.value } };
    case 'classification':
      return {
        method: 'classify',
        outputs: {
          ...(output.scores && { scores: output.scores }),
          ...(output.classes && { classes: output.classes }),
        },
      };
    case 'predict':
      return { method: 'predict', outputs: output.outputs };
  }
}
