import type { GoldenExport } from '@tfjs-heads/conformance-kit';

/** What a head of the family exports: its predictions for serving, and all that it predicts. */
export function regressionExports(keys: readonly string[]): Readonly<Record<string, GoldenExport>> {
  const regression: GoldenExport = { kind: 'regression', outputs: { value: 'predictions' } };
  return {
    serving_default: regression,
    regression,
    predict: { kind: 'predict', outputs: Object.fromEntries(keys.map((key) => [key, key])) },
  };
}
