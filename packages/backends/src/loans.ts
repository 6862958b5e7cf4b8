import { engine, env, type BackendValues, type DataId, type KernelBackend } from '@tensorflow/tfjs-core';
import { currentPhase } from './inside-workload.js';

interface Loan {
  readonly home: KernelBackend;
  borrower: KernelBackend;
}

export interface Loans {
  /** Takes every loan back; done too whenever the engine changes its backend. */
  takeBack(): void;
  /** Whether a backend holds nothing of anybody's and nobody is reading from it. */
  isIdle(backend: KernelBackend): boolean;
  /** Reads what a workload asked a GPU for, and tells whether it did; then it can be run again. */
  fetch(): Promise<boolean>;
  /** Takes every loan back, and lends no more. */
  end(): void;
}

/**
 * Lends data instead of moving them. tfjs moves a tensor's data to the current backend as soon as a kernel needs them there:
 * afterwards they exist nowhere else, and are lost or rounded with a backend that is only tried. Until `end()` such data stay
 * at home too, and the other backend has a copy.
 *
 * tfjs copies in the midst of a kernel, so it reads a GPU synchronously: that blocks, and with WebGPU in software it gives zeros
 * and loses the device. A workload that needs such data fails instead, and is run again when they have been fetched.
 */
export function lendData(): Loans {
  const { moveData, read, setBackend } = engine();
  const loans = new Map<DataId, Loan>();
  const reads = new Map<KernelBackend, number>();
  const fetched = new Map<DataId, BackendValues>();
  const wanted = new Set<DataId>();
  const infoOf = (dataId: DataId): { backend: KernelBackend } | undefined => engine().state.tensorInfo.get(dataId);

  const takeBackOne = (dataId: DataId, { home, borrower }: Loan): void => {
    const info = infoOf(dataId);
    const references = info?.backend === borrower ? borrower.refCount(dataId) : 0;
    if (info === undefined || references === 0) {
      home.disposeData(dataId, true); // It was disposed of meanwhile.
      return;
    }
    borrower.disposeData(dataId, true);
    info.backend = home;
    // Clones were made, or disposed of, where the data were lent.
    for (let more = references - home.refCount(dataId); more > 0; more--) home.incRef(dataId);
    for (let fewer = home.refCount(dataId) - references; fewer > 0; fewer--) home.disposeData(dataId);
  };

  const takeBack = (): void => {
    for (const [dataId, loan] of loans) takeBackOne(dataId, loan);
    loans.clear();
  };

  engine().moveData = (backend, dataId) => {
    const info = engine().state.tensorInfo.get(dataId);
    if (info === undefined) {
      moveData.call(engine(), backend, dataId);
      return;
    }
    const loan = loans.get(dataId);
    const home = loan?.home ?? info.backend;
    if (isOnGpu(home) && !fetched.has(dataId) && currentPhase() !== undefined) {
      wanted.add(dataId);
      throw new Error('the data are on another GPU backend, and must be fetched first');
    }
    const values = fetched.get(dataId) ?? home.readSync(dataId);
    const references = info.backend.refCount(dataId);
    loan?.borrower.disposeData(dataId, true);
    loans.set(dataId, { home, borrower: backend });
    info.backend = backend;
    backend.move(dataId, values, info.shape, info.dtype, references);
    if (env().getBool('IS_TEST')) {
      const moves = engine().state.numDataMovesStack;
      moves[moves.length - 1] = (moves.at(-1) ?? 0) + 1; // As tfjs counts it, or a kernel would be said to leak.
    }
  };

  engine().read = (dataId) => {
    const backend = infoOf(dataId)?.backend;
    const reading = read.call(engine(), dataId);
    if (backend !== undefined) {
      const count = (by: number): unknown => reads.set(backend, (reads.get(backend) ?? 0) + by);
      count(1);
      const end = (): unknown => count(-1);
      reading.then(end, end);
    }
    return reading;
  };

  // By the program, for instance, while a candidate is tried.
  engine().setBackend = (name) => {
    const change = (): Promise<boolean> => {
      takeBack();
      return setBackend.call(engine(), name);
    };
    const { registry } = engine();
    const factory = engine().findBackendFactory(name);
    if (!factory || Object.hasOwn(registry, name)) return change();
    // By tfjs' own way no kernel would run, on any backend, until this one has started.
    const starting = startOf(factory);
    if (!isPromise(starting)) return change();
    return starting.then(
      (backend) => {
        registry[name] = backend;
        return change();
      },
      () => false,
    );

    function startOf(make: typeof factory): Promise<KernelBackend> | undefined {
      try {
        const made = make();
        if (isPromise(made)) return made;
        registry[name] = made;
      } catch {
        // tfjs tries again, and says why not.
      }
      return undefined;
    }
  };

  const fetch = async (): Promise<boolean> => {
    if (wanted.size === 0) return false;
    takeBack();
    // Who asks for one variable is about to ask for the others.
    const variables = Object.values(engine().state.registeredVariables).map(({ dataId }) => dataId);
    const missing = new Set(
      [...wanted, ...variables].filter((dataId) => !fetched.has(dataId) && isOnGpu(infoOf(dataId)?.backend)),
    );
    wanted.clear();
    await Promise.all(Array.from(missing, async (dataId) => fetched.set(dataId, await engine().read(dataId))));
    return true;
  };

  return {
    takeBack,
    fetch,
    isIdle: (backend) => backend.numDataIds() === 0 && (reads.get(backend) ?? 0) === 0,
    end() {
      takeBack();
      Object.assign(engine(), { moveData, read, setBackend });
    },
  };
}

function isOnGpu(backend: KernelBackend | undefined): boolean {
  return backend !== undefined && 'uploadToGPU' in backend;
}

function isPromise<T>(value: T | Promise<T> | undefined): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}
