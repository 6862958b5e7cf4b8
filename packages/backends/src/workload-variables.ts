import { engine, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { currentPhase } from './inside-workload.js';

export interface WorkloadVariables {
  /** What the workload has made and not disposed of. */
  made(): readonly Variable[];
  /** Gives every variable that a workload has assigned to the value it had, or was made with; made ones are forgotten. */
  restore(): void;
  /** Restores, and watches no more. */
  end(): void;
}

/**
 * Watches what a workload does to variables, until `end()`: a step that is measured must not train the program's model. What the
 * rest of the program does to variables meanwhile is left alone.
 */
export function watchVariables(): WorkloadVariables {
  const { makeVariable, disposeTensor } = engine();
  /** References to the data that a variable had, which keep them alive. */
  const held = new Map<Variable, Tensor>();
  const made = new Set<Variable>();

  engine().makeVariable = (...args) => {
    const variable = makeVariable.apply(engine(), args);
    if (currentPhase() !== undefined) {
      made.add(variable);
      held.set(variable, hold(variable));
    }
    return variable;
  };

  // An assignment disposes of what the variable had.
  engine().disposeTensor = (tensor) => {
    if (isVariable(tensor) && !held.has(tensor) && currentPhase() !== undefined) held.set(tensor, hold(tensor));
    disposeTensor.call(engine(), tensor);
  };

  const restore = (): void => {
    for (const [variable, tensor] of held) {
      if (variable.isDisposed || variable.dataId === tensor.dataId) {
        tensor.dispose();
      } else {
        disposeTensor.call(engine(), variable);
        // The reference that was held becomes the variable's own.
        (variable as { dataId: object }).dataId = tensor.dataId;
      }
    }
    held.clear();
    made.clear();
  };

  return {
    made: () => [...made].filter((variable) => !variable.isDisposed),
    restore,
    end() {
      restore();
      Object.assign(engine(), { makeVariable, disposeTensor });
    },
  };
}

function isVariable(tensor: Tensor): tensor is Variable {
  return engine().state.registeredVariables[(tensor as Variable).name] === tensor;
}

function hold({ dataId, shape, dtype }: Variable): Tensor {
  engine().state.tensorInfo.get(dataId)?.backend.incRef(dataId);
  return engine().keep(engine().makeTensorFromTensorInfo({ dataId, shape, dtype }));
}
