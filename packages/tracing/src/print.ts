import { FED, feedOf } from './feed.js';
import type { Described, Node, Program, Use } from './program.js';

/**
 * A program as text: a line for each argument, variable, constant and kernel, and what it returns.
 *
 * @param how How it is run, such as `as one graph`.
 */
export function printProgram(program: Program, how?: string): string {
  const { backend, nodes, constants, variables, results } = program;
  return [
    `program for ${backend}: ${nodes.length} kernels${how === undefined ? '' : `, run ${how}`}`,
    ...program.arguments.map((argument) => `%${argument.value} = argument ${argument.path}: ${typeText(argument)}`),
    ...variables.flatMap((variable) =>
      variable.before === undefined ? [] : [`%${variable.before} = variable ${variable.name}: ${typeText(variable)}`],
    ),
    ...constants.map(
      (constant) =>
        `%${constant.value} = ${constant.isCaptured ? 'captured' : 'constant'} ${dataText(constant.data)}: ${typeText(constant)}`,
    ),
    ...nodes.map(nodeText),
    ...variables.flatMap(({ name, after }) => (after === undefined ? [] : [`assign ${name} = %${after}`])),
    `return ${results.map(({ path, value }) => (path === '' ? `%${value}` : `${path}: %${value}`)).join(', ') || 'nothing'}`,
  ].join('\n');
}

function nodeText({ kernel, inputs, attributes, outputs }: Node): string {
  const given = Object.entries(inputs).map(([name, input]) => {
    const uses = [input].flat() as Use[];
    return `${name}: ${Array.isArray(input) ? `[${uses.map(useText).join(', ')}]` : uses.map(useText).join()}`;
  });
  const others = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${valueText(value)}`],
  );
  const fed = feedOf(attributes) === undefined ? [] : [`${FED} of each step`];
  const made = outputs.map((output) => `%${output.value}`).join(', ');
  return `${made} = ${kernel}(${[...given, ...others, ...fed].join(', ')}): ${outputs.map(typeText).join(', ')}`;
}

function useText({ value, shape }: Use): string {
  return `%${value}[${shape}]`;
}

function typeText({ shape, dtype }: Described): string {
  return `${dtype}[${shape}]`;
}

function dataText(data: ArrayLike<number> | undefined): string {
  if (data === undefined) return '';
  const shown = Array.from({ length: Math.min(data.length, 4) }, (_, index) => `${data[index]}`).join(', ');
  return `(${shown}${data.length > 4 ? ', ...' : ''})`;
}

function valueText(value: unknown): string {
  if (typeof value === 'function') return `the function ${value.name}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { name } = value as { readonly name?: unknown };
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${(value as readonly unknown[]).slice(0, 8).join()}]`;
  return typeof name === 'string' ? name : 'an object';
}
