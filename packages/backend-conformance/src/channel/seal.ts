import { sipHash } from './sip-hash.js';

const { stringify, parse } = JSON;
const toText: (value: bigint, radix: number) => string = Function.prototype.call.bind(BigInt.prototype.toString);

/** 128 random bits as 32 hexadecimal digits: what the two ends of a channel share, and the code under test does not know. */
export type Key = string;

/**
 * For the end where the code under test runs: gives each message a number and a seal. Must be made before that code is loaded.
 *
 * @returns A function that turns a message, plain JSON, into a line of text
 */
export function sealer(key: Key): (message: unknown) => string {
  const [k0, k1] = words(key);
  let count = 0;
  return (message) => {
    count++;
    const text = `${count} ${stringify(message) as string}`;
    return `${toText(sipHash(k0, k1, text), 16)} ${text}`;
  };
}

/**
 * For the other end: takes the lines that a {@link sealer} with the same key made, each once and in order.
 *
 * @returns A function that gives the message of a line
 * @throws Error that shows any other line, from that function
 */
export function opener(key: Key): (line: string) => unknown {
  const [k0, k1] = words(key);
  let count = 0;
  return (line) => {
    const [, seal, text = '', number, json = ''] = /^([\da-f]+) ((\d+) (.*))$/s.exec(line) ?? [];
    if (seal === undefined || sipHash(k0, k1, text).toString(16) !== seal || Number(number) !== count + 1) {
      throw new Error(
        `something other than the suite wrote to its channel, so that no result can be believed: ${excerpt(line)}`,
      );
    }
    count++;
    return parse(json);
  };
}

function words(key: Key): [bigint, bigint] {
  if (!/^[\da-f]{32}$/.test(key)) throw new Error('A key is 32 hexadecimal digits.');
  return [BigInt(`0x${key.slice(0, 16)}`), BigInt(`0x${key.slice(16)}`)];
}

function excerpt(line: string): string {
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line);
}
