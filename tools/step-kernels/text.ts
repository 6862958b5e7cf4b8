// What the texts of WebAssembly have in common. Addresses and strides are in bytes; loops run while an address or a count is below its end.

export const get = (name: string): string => `(local.get $${name})`;
export const set = (name: string, value: string): string => `(local.set $${name} ${value})`;
export const constant = (value: number): string => `(i32.const ${value})`;
export const plus = (a: string, b: string): string => `(i32.add ${a} ${b})`;
export const minus = (a: string, b: string): string => `(i32.sub ${a} ${b})`;
export const times = (a: string, b: string): string => `(i32.mul ${a} ${b})`;
export const move = (name: string, by: string): string => set(name, plus(get(name), by));
export const add = (a: string, b: string): string => `(f32x4.add ${a} ${b})`;
export const mul = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`;
export const zero = '(v128.const i32x4 0 0 0 0)';
export const params = (names: string, type = 'i32'): string => declared('param', type, names);
export const locals = (type: string, names: string): string => declared('local', type, names);
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const each = (count: number, text: (i: number) => string): string => range(count).map(text).join('\n');
/** The last whole number of fours in a number of bytes. */
export const wholeFours = (bytes: string): string => `(i32.and ${bytes} ${constant(-16)})`;

function declared(kind: string, type: string, names: string): string {
  return names
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => `(${kind} $${name} ${type})`)
    .join(' ');
}

/** Not even once where it is at its end. */
export function loop(label: string, name: string, end: string, step: string, body: string): string {
  return `(block $${label}End (br_if $${label}End (i32.ge_u ${get(name)} ${end}))
    (loop $${label} ${body} ${move(name, step)} (br_if $${label} (i32.lt_u ${get(name)} ${end}))))`;
}
