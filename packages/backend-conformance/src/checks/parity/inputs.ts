import { scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { drawBatch, rowsOf, tensorOf, tensorsOf, WEIGHT, type Batch, type BatchTensors } from '../../batch.js';
import type { Values } from '@tfjs-heads/reference';
import type { Parameters } from '../../case.js';
import type { Subject } from '../../subject.js';

/** A head that takes weights where the case has some, and the batch of the case. */
export function headAndBatch(subject: Subject, { rows, weights }: Parameters): { head: Head; batch: Batch } {
  const head = subject.create(weights === undefined ? {} : { weightColumn: WEIGHT });
  const size = { seed: 7, rows: rowsOf(rows as string) };
  return { head, batch: drawBatch(subject, head, weights === undefined ? size : { ...size, weights: weights as 'rows' | 'logits' }) };
}

/** The tensors of a batch, uploaded or made by the device. */
export function inputsOf(subject: Subject, batch: Batch, madeBy?: Parameters[string]): BatchTensors {
  return tensorsOf(subject, batch, madeBy === 'device' ? madeByDevice : tensorOf);
}

/**
 * The same values to the bit, as the result of an op: nothing of them is known to JavaScript, and WebGL's packed textures
 * have something other than 0 in their padding. All drawn values are multiples of 1/1024, so that adding 1 loses nothing.
 */
function madeByDevice({ values, shape, dtype: own = 'float32' }: Values, dtype: Values['dtype'] = own): Tensor {
  return sub(tensorOf({ shape, values: values.map((value) => value + 1) }, dtype), scalar(1, dtype));
}
