/** The values of {@link ModeKeys}. Note that `PREDICT` is the string `infer`, as in the original. */
export const ModeKeys: { readonly TRAIN: 'train'; readonly EVAL: 'eval'; readonly PREDICT: 'infer' } =
  /*#__PURE__*/ Object.freeze({ TRAIN: 'train', EVAL: 'eval', PREDICT: 'infer' });

/** What a model is being run for. */
export type ModeKeys = (typeof ModeKeys)[keyof typeof ModeKeys];
