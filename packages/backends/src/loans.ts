import { engine, env, type DataId, type KernelBackend } from '@tensorflow/tfjs-core';

interface Loan {
  readonly home: KernelBackend;
  borrower: KernelBackend;
}

export interface Loans {
  /** Takes every loan back; done too whenever the engine changes its backend. */
  takeBack(): void;
  /** Whether a backend holds nothing of anybody's and nobody is reading from it. */
  isIdle(backend: KernelBackend): boolean;
  /** Takes every loan back, and lends no more. */
  end(): void;
}

/**
 * Lends data instead of moving them. tfjs moves a tensor's data to the current backend as soon as a kernel needs them there:
 * afterwards they exist nowhere else, and are lost or rounded with a backend that is only tried. Until `end()` such data stay
 * at home too, and the other backend has a copy.
 */
export function lendData(): Loans {
  const { moveData, read, setBackend } = engine();
  const loans = new Map<DataId, Loan>();
  const reads = new Map<KernelBackend, number>();
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
    const values = home.readSync(dataId);
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

  return {
    takeBack,
    isIdle: (backend) => backend.numDataIds() === 0 && (reads.get(backend) ?? 0) === 0,
    end() {
      takeBack();
      Object.assign(engine(), { moveData, read, setBackend });
    },
  };
}

function isPromise<T>(value: T | Promise<T> | undefined): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}
