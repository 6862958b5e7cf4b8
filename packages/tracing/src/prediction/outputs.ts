import { clone, Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutput, StringValues } from '@tfjs-heads/head-api';
import { headError } from '@tfjs-heads/head-kit';

/** One output of one signature. */
export interface NamedOutput {
  readonly signature: string;
  readonly name: string;
  /** What the signature is for. */
  readonly kind: ExportOutput['kind'];
  /** Where the output is strings: those that its int32 values, which are written in their place, count. */
  readonly table: readonly string[] | undefined;
}

/** What a prediction gave, as outputs of signatures and their tensors: copies, which the caller owns. */
export interface NamedOutputs {
  readonly outputs: readonly NamedOutput[];
  readonly tensors: readonly Tensor[];
}

/** The signature that is used where none is named. */
export const DEFAULT_SIGNATURE = 'serving_default';

/**
 * Takes apart what a prediction gives: a tensor, a map or nested map of them, export outputs, or a head's spec, which ends with that.
 *
 * @throws EXPORT_UNSUPPORTED
 */
export function namedOutputs(returned: unknown): NamedOutputs {
  const outputs: NamedOutput[] = [];
  const tensors: Tensor[] = [];
  for (const { signature, name, kind, value } of signatureOutputs(returned)) {
    const { tensor, table } = tensorOf(value, `${signature}, ${name}`);
    outputs.push({ signature, name, kind, table });
    tensors.push(clone(tensor));
  }
  if (outputs.length === 0)
    throw headError('EXPORT_UNSUPPORTED', 'predict must return at least one tensor to export, got none.');
  if (isSpec(returned)) returned.dispose();
  return { outputs, tensors };
}

interface Output {
  readonly signature: string;
  readonly name: string;
  readonly kind: ExportOutput['kind'];
  readonly value: unknown;
}

function signatureOutputs(returned: unknown): readonly Output[] {
  const exported = isSpec(returned) ? returned.exportOutputs : returned;
  if (isMap(exported) && Object.values(exported).length > 0 && Object.values(exported).every(isExportOutput))
    return Object.entries(exported).flatMap(([signature, output]) =>
      flat(outputsOf(output as ExportOutput)).map((one) => ({
        ...one,
        signature,
        kind: (output as ExportOutput).kind,
      })),
    );
  return flat(exported).map(({ name, value }) => ({
    name: name || 'output',
    value,
    signature: DEFAULT_SIGNATURE,
    kind: 'predict',
  }));
}

/** By the keys of the original. */
function outputsOf(output: ExportOutput): Readonly<Record<string, unknown>> {
  if (output.kind === 'regression') return { outputs: output.value };
  if (output.kind === 'predict') return output.outputs;
  const { scores, classes } = output;
  return { ...(scores && { scores }), ...(classes && { classes }) };
}

/** Names of what is in a map of a map have a slash between their keys. */
function flat(value: unknown, name = ''): { name: string; value: unknown }[] {
  if (value instanceof Tensor || isStrings(value) || !(isMap(value) || Array.isArray(value))) return [{ name, value }];
  return Object.entries(value).flatMap(([key, item]) => flat(item, name === '' ? key : `${name}/${key}`));
}

function tensorOf(value: unknown, where: string): { tensor: Tensor; table: readonly string[] | undefined } {
  if (value instanceof Tensor && value.dtype !== 'string') return { tensor: value, table: undefined };
  if (isStrings(value) && value.lookup !== undefined) {
    const { ids, table } = value.lookup();
    return { tensor: ids, table };
  }
  const got = isStrings(value) ? 'strings that are no class names by id' : describe(value);
  throw headError(
    'EXPORT_UNSUPPORTED',
    `What predict returns must be tensors, maps of them or class names, got ${got} (${where}).`,
  );
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object of another kind' : `a ${typeof value}`;
}

function isSpec(value: unknown): value is { readonly exportOutputs: unknown; dispose(): void } {
  return isMap(value) && 'mode' in value && 'exportOutputs' in value && typeof value['dispose'] === 'function';
}

function isExportOutput(value: unknown): value is ExportOutput {
  if (!isMap(value)) return false;
  const { kind } = value;
  return kind === 'regression' || kind === 'classification' || kind === 'predict';
}

function isStrings(value: unknown): value is StringValues {
  return isMap(value) && value['dtype'] === 'string' && typeof value['data'] === 'function';
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
