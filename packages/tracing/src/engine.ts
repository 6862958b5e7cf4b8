import { engine } from '@tensorflow/tfjs-core';
import type { DataType, KernelBackend, NamedAttrMap, Tensor, TensorInfo, Variable } from '@tensorflow/tfjs-core';

/** What a backend gives back of its data. */
export type BackendData = Float32Array | Int32Array | Uint8Array | Uint8Array[];

/** A backend by what this package asks of it; references to data are counted by it alone. */
export interface Backend extends KernelBackend {
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  readSync(dataId: object): BackendData;
}

/** tfjs' engine by what is watched while a step is recorded, and by what hands out the values of a replayed one. One for all copies of tfjs in a program. */
export interface Engine {
  readonly backend: Backend;
  readonly backendName: string;
  readonly state: {
    readonly registeredVariables: Readonly<Record<string, Variable>>;
    readonly tensorInfo: {
      has(dataId: object): boolean;
      get(dataId: object): { readonly backend: Backend } | undefined;
    };
    readonly gradientDepth: number;
    readonly kernelDepth: number;
    readonly profiling: boolean;
    readonly activeScope: { readonly track: Tensor[] } | null;
  };
  readonly ENV: { getBool(flag: string): boolean };
  runKernel(name: string, inputs: Inputs, attributes?: NamedAttrMap): Tensor | Tensor[];
  clone(x: Tensor): Tensor;
  makeVariable(start: Tensor, trainable?: boolean, name?: string, dtype?: DataType): Variable;
  keep<T extends Tensor>(tensor: T): T;
  makeTensor(values: unknown, shape: number[], dtype?: DataType, backend?: KernelBackend): Tensor;
  makeTensorFromTensorInfo(info: TensorInfo, backend?: KernelBackend): Tensor;
  readSync(dataId: object): BackendData;
  read(dataId: object): Promise<BackendData>;
  readToGPU(dataId: object, options?: object): unknown;
  nextTensorId(): number;
  startScope(name?: string): void;
  endScope(result?: unknown): void;
  disposeTensor(tensor: Tensor): void;
  trackTensor(tensor: Tensor, backend: KernelBackend | null): void;
}

/** What a kernel is given: tensors by name, or a list of them. */
export type Inputs = Readonly<Record<string, Tensor | readonly Tensor[] | null | undefined>> | readonly Tensor[];

export function theEngine(): Engine {
  return engine() as unknown as Engine;
}

/** The numbers of a tensor of a backend that has its data in the memory of this process, so that to read them waits for no device. */
export function numbersInMemory({ dataId }: TensorInfo): BackendData {
  const it = theEngine();
  return (it.state.tensorInfo.get(dataId)?.backend ?? it.backend).readSync(dataId);
}

/** A tensor of the same data that no scope disposes of. */
export function hold({ dataId, shape, dtype }: TensorInfo): Tensor {
  const it = theEngine();
  const backend = it.state.tensorInfo.get(dataId)?.backend ?? it.backend;
  backend.incRef(dataId);
  const held = it.makeTensorFromTensorInfo({ dataId, shape: shape.slice(), dtype }, backend);
  held.kept = true; // not by `keep`, which is watched while a step is recorded
  return held;
}

/** Whether a variable still has a value: `disposeVariables` and a reset of the engine leave `isDisposed` false. */
export function isLiveVariable(variable: Variable): boolean {
  return theEngine().state.registeredVariables[variable.name] === variable;
}
