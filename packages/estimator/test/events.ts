// A reader of event files of its own, of as much of the format as tests need.

/** What a histogram says of its numbers. */
export interface HistogramValue {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
}

export interface Event {
  readonly step: number;
  /** By tag: a scalar, a histogram, or undefined for a text. */
  readonly values: Readonly<Record<string, number | HistogramValue | undefined>>;
}

export function readEvents(bytes: Buffer): readonly Event[] {
  const events: Event[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    events.push(eventOf(bytes.subarray(at + 12, at + 12 + length)));
    at += 12 + length + 4;
  }
  return events;
}

function eventOf(bytes: Buffer): Event {
  const fields = fieldsOf(bytes);
  const step = Number(fields.find(({ number }) => number === 2)?.value ?? 0);
  const summary = fields.filter(({ number }) => number === 5).flatMap(({ value }) => fieldsOf(value as Buffer));
  return { step, values: Object.fromEntries(summary.map(({ value }) => valueOf(value as Buffer))) };
}

function valueOf(bytes: Buffer): readonly [string, number | HistogramValue | undefined] {
  const [tag, { number, value } = { number: 0, value: 0 }] = fieldsOf(bytes);
  const name = String(tag?.value);
  if (number === 2) return [name, (value as Buffer).readFloatLE()];
  if (number !== 5) return [name, undefined];
  const [min, max, num, sum] = fieldsOf(value as Buffer).map((field) => (field.value as Buffer).readDoubleLE());
  return [name, { min, max, num, sum } as HistogramValue];
}

function fieldsOf(bytes: Buffer): { number: number; value: number | Buffer }[] {
  const fields: { number: number; value: number | Buffer }[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, wireType] = [tag >> 3, tag & 7];
    if (wireType === 0) fields.push({ number, value: varint() });
    else {
      const size = wireType === 2 ? varint() : wireType === 1 ? 8 : 4;
      fields.push({ number, value: bytes.subarray(at, at + size) });
      at += size;
    }
  }
  return fields;
}
