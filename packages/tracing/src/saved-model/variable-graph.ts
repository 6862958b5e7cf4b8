import { type GraphBuilder, shapeProto, textAttr, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import type { Ref } from '../lowering/lowering.js';
import { TF_TYPE, tfType } from '../graph/graph-def.js';
import type { SavedVariable } from './checkpoint.js';
import { encode, type MetaGraphDef } from './protocol-buffers.js';

/** What is said of variables beside the graph: by what operations they are saved and restored, and which there are. */
export type VariableDefs = Pick<MetaGraphDef, 'saverDef' | 'collectionDef'>;

/** A variable of the graph, and its value. */
export interface VariableNode extends SavedVariable {
  readonly handle: Ref;
  readonly value: Ref;
  readonly trainable: boolean;
}

/** SaverDef's version of checkpoints in the bundle format. */
const V2 = 2;

/** A variable that the graph reads, as a resource. */
export function variableNode(
  graph: GraphBuilder,
  { name, ...variable }: SavedVariable & { readonly trainable: boolean },
): VariableNode {
  const dtype = typeAttr(variable.dtype);
  const attr = { dtype, shape: { shape: shapeProto(variable.shape) } };
  // The first that is free: the name of the node is that of the resource, too.
  const handle = graph.add('VarHandleOp', [], { ...attr, container: textAttr('') }, name);
  graph.setAttr(handle, 'shared_name', textAttr(handle));
  const value = graph.add('ReadVariableOp', [handle], { dtype }, `${handle}/Read/ReadVariableOp`);
  return { ...variable, name: handle, handle, value };
}

/**
 * The operations that save variables in a checkpoint and restore them, as the loaders of Python and C++ run them: they give the place of the checkpoint for
 * `save/Const`.
 */
export function writeSaver(graph: GraphBuilder, variables: readonly VariableNode[]): VariableDefs {
  graph.under('save');
  const text = { dtype: tfTypeAttr(TF_TYPE.string) };
  const place = { ...text, shape: { shape: shapeProto([]) } };
  const file = graph.add('PlaceholderWithDefault', [graph.strings('model')], place, 'Const');
  const names = graph.strings(variables.map(({ name }) => name));
  const slices = graph.strings(variables.map(() => '')); // all of each
  const dtypes = { dtypes: { list: { type: variables.map(({ dtype }) => tfType(dtype)) } } };
  const saved = graph.add('SaveV2', [file, names, slices, ...variables.map(({ value }) => value)], dtypes);
  const savedAt = graph.add('Identity', [file, `^${saved}`], { T: tfTypeAttr(TF_TYPE.string) }, 'control_dependency');
  const restored = graph.add('RestoreV2', [file, names, slices], dtypes);
  const assigned = variables.map(({ handle, dtype }, index) =>
    graph.add('AssignVariableOp', [handle, index === 0 ? restored : `${restored}:${index}`], {
      dtype: typeAttr(dtype),
    }),
  );
  const all = graph.add(
    'NoOp',
    assigned.map((name) => `^${name}`),
    {},
    'restore_all',
  );
  graph.under('');
  const definitions = variables.map(({ handle, value, trainable }, index) => ({
    trainable,
    bytes: encode('VariableDef', {
      variableName: `${handle}:0`,
      // There are no first values but those of the checkpoint.
      initializerName: assigned[index],
      snapshotName: `${value}:0`,
      isResource: true,
      trainable,
    }),
  }));
  const collection = (which: typeof definitions): { bytesList: { value: Uint8Array[] } } => ({
    bytesList: { value: which.map(({ bytes }) => bytes) },
  });
  return {
    saverDef: { filenameTensorName: `${file}:0`, saveTensorName: `${savedAt}:0`, restoreOpName: all, version: V2 },
    collectionDef: {
      variables: collection(definitions),
      trainable_variables: collection(definitions.filter(({ trainable }) => trainable)),
    },
  };
}
