/** What is measured: a package, or what one of its exports brings along. */
export interface Budget {
  readonly packageName: string;
  /** Default: everything that the package exports. */
  readonly only?: string;
  /** How many gzipped bytes it must stay below. */
  readonly bytes: number;
  /** How many what it loads later, by `import()`, must stay below. Default: nothing is. */
  readonly later?: number;
}

export const budgets: readonly Budget[] = [
  { packageName: '@tfjs-heads/head-api', bytes: 250 },
  // What a program downloads besides tfjs-core to train with the simplest head: a quarter each for losses, for specs with the
  // training step, and for metrics, the rest for checks. Messages that repeat cost next to nothing once gzipped.
  { packageName: '@tfjs-heads/head-regression', only: 'RegressionHead', bytes: 19_190 },
  { packageName: '@tfjs-heads/head-classification', only: 'MultiLabelHead', bytes: 28_660 },
  { packageName: '@tfjs-heads/head-multi', only: 'MultiHead', bytes: 15_460 },
  // Without what writes graphs, which bundles for the browser leave out.
  // Nearly a third of it is products of our own for the wasm backend: 2.5 kB of WebAssembly, how they prove themselves, and the fusion of nodes.
  // What writes WebAssembly is loaded when a step is traced: kernels run until it is there. A tenth of that is convolutions and pools of images and volumes, a twentieth images in other sizes,
  // running sums and mirrored paddings.
  // A sixth is threads: how loops are divided, who computes the parts, and what helpers run. 370 bytes have the left side of a product packed and products cut by subject, 550 logarithms and tangents, 180 folds cut by subject, 680 einsum, 220 running products and pixels of channels, 900 what tells roundings from differences.
  { packageName: '@tfjs-heads/tracing', bytes: 24_560, later: 31_700 },
];
