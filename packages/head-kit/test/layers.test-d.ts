import type { LayersModel, LayerVariable as VariableOfLayers } from '@tensorflow/tfjs-layers';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { EstimatorSpecArgs, LayerVariable, TrainableVariable } from '@tfjs-heads/head-api';
import type { BaseHead } from '@tfjs-heads/head-kit';
import { describe, expectTypeOf, it } from 'vitest';

describe('a model of tfjs-layers', () => {
  it('has trainable weights that will do as they are', () => {
    expectTypeOf<LayersModel['trainableWeights']>().toExtend<EstimatorSpecArgs['trainableVariables']>();
    expectTypeOf<VariableOfLayers>().toExtend<LayerVariable>();
    expectTypeOf<Variable>().toExtend<TrainableVariable>();
    expectTypeOf<Tensor>().not.toExtend<TrainableVariable>();
  });

  it('takes the losses of rows for its loss', () => {
    type Loss = Exclude<Parameters<LayersModel['compile']>[0]['loss'], string | string[] | object[]>;
    expectTypeOf<(labels: Tensor, logits: Tensor) => ReturnType<BaseHead['rowLosses']>>().toExtend<Loss>();
  });
});
