import protobuf from 'protobufjs/light.js';

/** Messages of protocol buffers by their names, with their fields: `name: 'type number'`, with `*` before a list and `<>` around what a map from strings has. */
export type Messages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Writes messages as bytes.
 *
 * @param oneOf By message: what the group of its fields is called of which just one is set; that is written even where it is zero.
 */
export function encoderOf(
  messages: Messages,
  oneOf: Readonly<Record<string, string>> = {},
): (type: string, message: object) => Uint8Array<ArrayBuffer> {
  const nested = Object.entries(messages).map(([name, fields]) => [name, messageOf(fields, oneOf[name])]);
  const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(nested) });
  // A copy: the writer cuts its answer out of a pool.
  return (type, message) => Uint8Array.from(root.lookupType(type).encode(message).finish());
}

function messageOf(fields: Readonly<Record<string, string>>, group: string | undefined): protobuf.IType {
  const described = Object.entries(fields).map(([field, text]): [string, protobuf.IField | protobuf.IMapField] => {
    const [type, id] = text.split(' ') as [string, string];
    if (type.startsWith('<')) return [field, { keyType: 'string', type: type.slice(1, -1), id: Number(id) }];
    return [
      field,
      type.startsWith('*') ? { rule: 'repeated', type: type.slice(1), id: Number(id) } : { type, id: Number(id) },
    ];
  });
  return {
    fields: Object.fromEntries(described),
    ...(group !== undefined && { oneofs: { [group]: { oneof: Object.keys(fields) } } }),
  };
}
