import { FED, feedOf } from './feed.js';
import { sameShape } from './passes.js';
import { type Constant, type Described, type Node, usesOf } from './program.js';
import type { Recording, Source } from './recording.js';
import { textOf } from './structure.js';

/** Says in a few words in what two recordings of one step differ, if they do: what their programs do, their numbers, and what those stand for. */
export function difference(a: Recording, b: Recording): string | undefined {
  return (
    differentNodes(a, b) ??
    differentConstants(a, b) ??
    differentVariables(a, b) ??
    (sameCounts(a, b) ? undefined : 'how many steps an optimizer counts') ??
    (textOf(a.returned.structure) === textOf(b.returned.structure) ? undefined : 'what it returns') ??
    (sameSources(a.returned.sources, b.returned.sources) ? undefined : 'which tensors it returns') ??
    (isAlike(a.program.checks, b.program.checks, 0) ? undefined : 'what a device is asked') ??
    (isAlike(a.program.results, b.program.results, 0) ? undefined : 'which values it returns')
  );
}

function differentNodes(
  { program: a, kernels: aKernels }: Recording,
  { program: b, kernels: bKernels }: Recording,
): string | undefined {
  for (let index = 0; index < Math.max(a.nodes.length, b.nodes.length); index++) {
    const [node, other] = [a.nodes[index], b.nodes[index]];
    if (node === undefined || other === undefined)
      return `how many kernels run (${a.nodes.length} and ${b.nodes.length})`;
    if (node.kernel !== other.kernel) return `which kernels run (${node.kernel} and ${other.kernel})`;
    if (aKernels[index] !== bKernels[index]) return `what the kernel ${node.kernel} is`;
    const where = ` of kernel ${index}, ${node.kernel}`;
    if (!sameUses(usesOf(node), usesOf(other)) || Object.keys(node.inputs).join() !== Object.keys(other.inputs).join())
      return `the inputs${where}`;
    if (!sameUses(node.outputs, other.outputs)) return `the outputs${where}`;
    const attribute = differentAttribute(node, other);
    if (attribute !== undefined) return `the attribute ${attribute}${where}`;
  }
  return undefined;
}

function differentAttribute({ attributes: a }: Node, { attributes: b }: Node): string | undefined {
  const [feed, other] = [feedOf(a), feedOf(b)];
  if (feed?.source !== other?.source) return '(its source)';
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].find((name) => (name !== FED || feed === undefined) && !isAlike(a[name], b[name], 0));
}

function differentConstants(a: Recording, b: Recording): string | undefined {
  if (a.constants.length !== b.constants.length) return 'how many constants it has';
  for (const [index, constant] of a.program.constants.entries()) {
    const other = b.program.constants[index] as Constant;
    if (!sameDescription(constant, other) || constant.isCaptured !== other.isCaptured || constant.value !== other.value)
      return `constant ${index}`;
    if (constant.isCaptured) {
      if (a.constants[index]?.dataId !== b.constants[index]?.dataId)
        return `a tensor of shape [${constant.shape}] that it takes from outside`;
    } else if (constant.data === undefined || !isAlike(constant.data, other.data, 0)) {
      return `a tensor of shape [${constant.shape}] that it makes of numbers`;
    }
  }
  return undefined;
}

function differentVariables(a: Recording, b: Recording): string | undefined {
  if (a.variables.length !== b.variables.length) return 'how many variables it has';
  for (const [index, variable] of a.variables.entries()) {
    const [one, other] = [a.program.variables[index], b.program.variables[index]];
    if (variable !== b.variables[index])
      return `which variables it has (${variable.name} and ${b.variables[index]?.name})`;
    if (one?.before !== other?.before || one?.after !== other?.after)
      return `what it does to the variable ${variable.name}`;
  }
  return undefined;
}

function sameCounts({ counted: a }: Recording, { counted: b }: Recording): boolean {
  return a.length === b.length && a.every((optimizer, index) => optimizer === b[index]);
}

function sameUses(
  a: readonly ({ readonly value: number } & Described)[],
  b: readonly ({ readonly value: number } & Described)[],
): boolean {
  return (
    a.length === b.length &&
    a.every((use, index) => {
      const other = b[index] as (typeof b)[number];
      return use.value === other.value && sameDescription(use, other);
    })
  );
}

function sameDescription(a: Described, b: Described): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function sameSources(a: readonly Source[], b: readonly Source[]): boolean {
  return (
    a.length === b.length &&
    a.every((source, index) => {
      const other = b[index] as Source;
      if (source.kind === 'known') return other.kind === 'known' && source.tensor === other.tensor;
      if (other.kind !== source.kind || other.index !== source.index) return false;
      return source.kind === 'argument' || source.isKept === (other as typeof source).isKept;
    })
  );
}

/** Whether two attributes are the same: plain data by what they hold, anything else only if it is one and the same. */
export function isAlike(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > 8) return false;
  const prototype: unknown = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b)) return false;
  if (ArrayBuffer.isView(a)) return sameNumbers(a as Float32Array, b as Float32Array);
  if (!Array.isArray(a) && prototype !== null && prototype !== Object.prototype) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isAlike((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1))
  );
}

/** The same numbers to the bit, but that every NaN is like every other. */
export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  if (a instanceof Float32Array && b instanceof Float32Array && sameBits(bitsOf(a), bitsOf(b))) return true;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** A loop over arrays of one kind takes a hundredth of the time of one over any: weights are many. */
function sameBits(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}
