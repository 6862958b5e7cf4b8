import { addN, clone, dispose, keep, mul, tidy, variableGrads, type NamedTensorMap, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys, type EstimatorSpec, type EstimatorSpecArgs, type Head, type HeadErrorCode, type Labels, type Logits, type RegularizationLosses } from '@tfjs-heads/head-api';
import { createSpec, headError, predictOutput, variablesOf, withHeadName } from '@tfjs-heads/head-kit';

/** Specs written out, from nothing but the methods of the head. */
export function plainSpec(head: Head, args: EstimatorSpecArgs): EstimatorSpec {
  const { mode, features, labels, regularizationLosses } = args;
  demand(Object.values(ModeKeys).includes(mode), 'MODE_INVALID', `mode must be train, eval or infer, but ${mode} came.`);
  if (mode === ModeKeys.PREDICT) {
    const predictions = head.predictions(logitsOf(args));
    return createSpec({ mode, predictions, exportOutputs: { serving_default: predictOutput({ outputs: predictions }) } });
  }
  demand(labels !== undefined, 'LABELS_MISSING', 'labels must be given, but there are none.');
  if (mode === ModeKeys.TRAIN) return trainSpec(head, args, labels as Labels);
  const logits = logitsOf(args);
  const loss = head.loss(labels as Labels, logits, { features, regularizationLosses });
  const evalMetricOps = head.updateMetrics(head.metrics({ regularizationLosses }), features, logits, labels as Labels, { regularizationLosses });
  return createSpec({ mode, loss, predictions: head.predictions(logits), evalMetricOps });
}

function trainSpec(head: Head, args: EstimatorSpecArgs, labels: Labels): EstimatorSpec {
  const { features, optimizer, trainOpFn, trainableVariables: given = [], updateOps = [], regularizationLosses, numReplicasInSync = 1 } = args;
  const areOps = Array.isArray(updateOps) && updateOps.every((op) => typeof op === 'function');
  demand(areOps, 'UPDATE_OPS_INVALID', 'updateOps must be a list of functions, but something else came.');
  demand(optimizer === undefined || trainOpFn === undefined, 'TRAIN_OP_CONFLICT', 'optimizer or trainOpFn must be given, but both came.');
  demand(optimizer !== undefined || trainOpFn !== undefined, 'TRAIN_OP_MISSING', 'optimizer or trainOpFn must be given, but neither came.');

  const lossOf = (): Scalar => tidy(() => head.loss(labels, logitsOf(args), { features, regularizationLosses }));
  const specOf = (loss: Scalar, step: () => unknown, onDispose: () => void = () => undefined): EstimatorSpec => {
    let isUsed = false;
    const trainOp = (): unknown => {
      demand(!isUsed, 'TRAIN_OP_USED', 'trainOp can be called once, but was called again.');
      isUsed = true;
      const result = step();
      for (const op of updateOps) op();
      return result;
    };
    const penalties = regularizationLosses && tidy(() => addN([...scalarsOf(regularizationLosses)]) as Scalar);
    const summaries = {
      [withHeadName('loss', head.name)]: clone(loss),
      ...(penalties && { [withHeadName('regularization_loss', head.name)]: penalties }),
    };
    return createSpec({ mode: ModeKeys.TRAIN, loss, trainOp, summaries, onDispose });
  };
  if (trainOpFn !== undefined) {
    const loss = lossOf();
    return specOf(loss, () => trainOpFn(loss, lossOf));
  }
  demand(typeof optimizer?.applyGradients === 'function', 'OPTIMIZER_INVALID', 'optimizer must have applyGradients, but has not.');
  const trainableVariables = variablesOf(given);
  demand(trainableVariables.length > 0, 'TRAINABLE_VARIABLES_MISSING', 'trainableVariables must be given, but there are none.');
  demand(typeof args.logits === 'function', 'LOGITS_NOT_A_FUNCTION', 'logits must be a function to train, but a tensor came.');
  const share = head.lossReduction === 'sum_over_batch_size' ? 1 / numReplicasInSync : 1;
  let loss: Scalar | undefined;
  const differentiate = (): NamedTensorMap =>
    variableGrads(() => {
      const whole = lossOf();
      loss = keep(clone(whole));
      return mul(whole, share);
    }, [...trainableVariables]).grads;
  let grads: NamedTensorMap;
  try {
    grads = tidy(differentiate);
  } catch (error) {
    loss?.dispose();
    throw error;
  }
  const step = (): unknown => {
    optimizer?.applyGradients(trainableVariables.map(({ name }) => ({ name, tensor: grads[name] ?? null })));
    return loss;
  };
  return specOf(loss as unknown as Scalar, step, () => dispose(grads));
}

/** The penalties, checked. */
export function scalarsOf(losses: RegularizationLosses = []): readonly Scalar[] {
  const list = typeof losses === 'function' ? losses() : losses;
  const areScalars = Array.isArray(list) && list.every((one) => (one as Tensor).rank === 0);
  demand(areScalars, 'REGULARIZATION_LOSSES_INVALID', 'regularizationLosses must be a list of scalars, but something else came.');
  demand(!list.some((one) => one.isDisposed), 'TENSOR_DISPOSED', 'regularizationLosses must be alive, but a scalar of shape [] is disposed of.');
  return list;
}

function logitsOf({ logits }: EstimatorSpecArgs): Logits {
  return typeof logits === 'function' ? logits() : logits;
}

function demand(condition: boolean, code: HeadErrorCode, otherwise: string): void {
  if (!condition) throw headError(code, otherwise);
}
