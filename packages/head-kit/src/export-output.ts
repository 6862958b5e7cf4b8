import type { Tensor } from '@tensorflow/tfjs-core';
import type {
  ClassificationOutput,
  ExportOutput,
  HeadErrorCode,
  PredictOutput,
  RegressionOutput,
  StringValues,
} from '@tfjs-heads/head-api';
import { describe, quote } from './checks/describe.js';
import { ask, isList, isMap, isTensor } from './checks/kinds.js';
import { checkMap, checkOptions } from './checks/options.js';
import { checkLive } from './checks/tensor.js';
import { headError } from './error.js';

/**
 * An export output that holds a regression result.
 *
 * @param value float32.
 * @throws EXPORT_OUTPUT_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function regressionOutput(result: { value: Tensor }): RegressionOutput {
  const { value } = checkOptions('regressionOutput', result, ['value'], 'EXPORT_OUTPUT_INVALID');
  checkFloat('regressionOutput: value', value);
  return Object.freeze({ kind: 'regression', value });
}

/**
 * An export output that holds a classification result.
 *
 * @param scores float32.
 * @param classes Strings. At least one of the two must be given.
 * @throws EXPORT_OUTPUT_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function classificationOutput(result: {
  scores?: Tensor;
  classes?: StringValues | Tensor;
}): ClassificationOutput {
  const { scores, classes } = checkOptions(
    'classificationOutput',
    result,
    ['scores', 'classes'],
    'EXPORT_OUTPUT_INVALID',
  );
  if (scores === undefined && classes === undefined) {
    throw headError('EXPORT_OUTPUT_INVALID', 'classificationOutput: scores or classes must be given, got neither.');
  }
  if (scores !== undefined) checkFloat('classificationOutput: scores', scores);
  if (classes !== undefined && !(isValues(classes) && classes.dtype === 'string')) {
    throw headError(
      'EXPORT_OUTPUT_INVALID',
      `classificationOutput: classes must be strings, got ${describe(classes)}.`,
    );
  }
  return Object.freeze({ kind: 'classification', ...(scores && { scores }), ...(classes && { classes }) });
}

/**
 * An export output that holds any named results.
 *
 * @param outputs A map, or one tensor, which is kept under the key `output`.
 * @throws EXPORT_OUTPUT_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function predictOutput(result: {
  outputs: Tensor | Readonly<Record<string, Tensor | StringValues>>;
}): PredictOutput {
  const { outputs: given } = checkOptions('predictOutput', result, ['outputs'], 'EXPORT_OUTPUT_INVALID');
  const outputs = isTensor(given) ? { output: given } : given;
  return Object.freeze({
    kind: 'predict',
    outputs: Object.freeze(checkValues('predictOutput: outputs', outputs, 'EXPORT_OUTPUT_INVALID')),
  });
}

/** @throws EXPORT_OUTPUT_INVALID */
export function checkExportOutput(name: string, value: unknown): ExportOutput {
  if (isExportOutput(value)) return value;
  throw headError(
    'EXPORT_OUTPUT_INVALID',
    `${name} must be made by regressionOutput, classificationOutput or predictOutput, got ${describe(value)}.`,
  );
}

/** Whether a value is one of the three export outputs. */
function isExportOutput(value: unknown): value is ExportOutput {
  return ask(() => {
    if (!isMap(value)) return false;
    if (value.kind === 'regression') return isTensor(value.value);
    if (value.kind === 'classification') return isValues(value.scores) || isValues(value.classes);
    return value.kind === 'predict' && isMap(value.outputs) && Object.values(value.outputs).every(isValues);
  }, false);
}

/** Whether a value is a tensor, or strings that stand for one. */
function isValues(value: unknown): value is Tensor | StringValues {
  if (isTensor(value)) return true;
  return ask(
    () => isMap(value) && isList(value.shape) && value.dtype === 'string' && typeof value.data === 'function',
    false,
  );
}

/**
 * A copy of a map of tensors, or of strings that stand for one.
 *
 * @throws The given code, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkValues(name: string, map: unknown, code: HeadErrorCode): Record<string, Tensor | StringValues> {
  const entries = Object.entries(checkMap(name, map, 'a tensor or a map of tensors', code)).map(([key, value]) => {
    const argument = `${name}[${quote(key)}]`;
    if (!isValues(value)) throw headError(code, `${argument} must be a tensor, got ${describe(value)}.`);
    if (isTensor(value)) checkLive(argument, value);
    return [key, value] as const;
  });
  return Object.fromEntries(entries);
}

function checkFloat(argument: string, value: unknown): void {
  if (!isTensor(value) || value.dtype !== 'float32') {
    throw headError('EXPORT_OUTPUT_INVALID', `${argument} must be a float32 tensor, got ${describe(value)}.`);
  }
  checkLive(argument, value);
}
