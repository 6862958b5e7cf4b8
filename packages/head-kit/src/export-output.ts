import { Tensor } from '@tensorflow/tfjs-core';
import type { ClassificationOutput, ExportOutput, PredictOutput, RegressionOutput, StringValues } from '@tfjs-heads/head-api';
import { describe, isMap } from './checks/describe.js';
import { headError } from './error.js';

/**
 * An export output that holds a regression result.
 *
 * @param value float32.
 * @throws EXPORT_OUTPUT_INVALID
 */
export function regressionOutput({ value }: { value: Tensor }): RegressionOutput {
  checkFloat('regressionOutput: value', value);
  return Object.freeze({ kind: 'regression', value });
}

/**
 * An export output that holds a classification result.
 *
 * @param scores float32.
 * @param classes Strings. At least one of the two must be given.
 * @throws EXPORT_OUTPUT_INVALID
 */
export function classificationOutput(result: { scores?: Tensor; classes?: StringValues | Tensor }): ClassificationOutput {
  const { scores, classes } = result;
  if (scores === undefined && classes === undefined) {
    throw headError('EXPORT_OUTPUT_INVALID', 'classificationOutput: scores or classes must be given, but neither came.');
  }
  if (scores !== undefined) checkFloat('classificationOutput: scores', scores);
  if (classes !== undefined && !(isValues(classes) && classes.dtype === 'string')) {
    throw headError('EXPORT_OUTPUT_INVALID', `classificationOutput: classes must be strings, but ${describe(classes)} came.`);
  }
  return Object.freeze({ kind: 'classification', ...(scores && { scores }), ...(classes && { classes }) });
}

/**
 * An export output that holds any named results.
 *
 * @param outputs A map, or one tensor, which is kept under the key `output`.
 * @throws EXPORT_OUTPUT_INVALID
 */
export function predictOutput(result: { outputs: Tensor | Readonly<Record<string, Tensor | StringValues>> }): PredictOutput {
  const outputs: unknown = result.outputs instanceof Tensor ? { output: result.outputs } : result.outputs;
  if (!isMap(outputs)) {
    throw headError('EXPORT_OUTPUT_INVALID', `predictOutput: outputs must be a tensor or a map, but ${describe(outputs)} came.`);
  }
  const checked: Record<string, Tensor | StringValues> = {};
  for (const [key, value] of Object.entries(outputs)) {
    if (!isValues(value)) {
      throw headError('EXPORT_OUTPUT_INVALID', `predictOutput: outputs['${key}'] must be a tensor, but ${describe(value)} came.`);
    }
    checked[key] = value;
  }
  return Object.freeze({ kind: 'predict', outputs: Object.freeze(checked) });
}

/** Whether a value is one of the three export outputs. */
export function isExportOutput(value: unknown): value is ExportOutput {
  return isMap(value) && (value.kind === 'regression' || value.kind === 'classification' || value.kind === 'predict');
}

/** Whether a value is a tensor, or strings that stand for one. */
export function isValues(value: unknown): value is Tensor | StringValues {
  if (value instanceof Tensor) return true;
  return isMap(value) && Array.isArray(value.shape) && value.dtype === 'string' && typeof value.data === 'function';
}

function checkFloat(argument: string, value: unknown): void {
  if (value instanceof Tensor && value.dtype === 'float32') return;
  throw headError('EXPORT_OUTPUT_INVALID', `${argument} must be a float32 tensor, but ${describe(value)} came.`);
}
