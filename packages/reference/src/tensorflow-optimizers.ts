// The update rules of TensorFlow 2.15 and Keras, one number at a time, in doubles and as plainly as the papers and the docs
// have them. Nothing is rounded: not epsilon, not the powers of beta.

/** How one number changes. */
export interface TensorflowRule {
  /** What is remembered of it, at the start, by the names of TensorFlow's slots. */
  readonly start: Readonly<Record<string, number>>;
  /** The new value. Changes the state. */
  update(x: number, gradient: number, state: Record<string, number>, step: StepOfRule): number;
}

/** A step of training. */
export interface StepOfRule {
  /** From 0. */
  readonly step: number;
  readonly rate: number;
}

/** The settings of an optimizer by the names of Keras in camelCase, all of them but the learning rate. */
type Given<Name extends string> = Readonly<Record<Name, number>>;

function sgd({ momentum, nesterov }: Given<'momentum'> & { readonly nesterov: boolean }): TensorflowRule {
  return {
    start: momentum === 0 ? {} : { momentum: 0 },
    update(x, g, state, { rate }) {
      const velocity = momentum * (state['momentum'] ?? 0) - rate * g;
      if (momentum !== 0) state['momentum'] = velocity;
      return x + (nesterov ? momentum * velocity - rate * g : velocity);
    },
  };
}

function adagrad({ initialAccumulatorValue, epsilon }: Given<'initialAccumulatorValue' | 'epsilon'>): TensorflowRule {
  return {
    start: { accumulator: initialAccumulatorValue },
    update(x, g, state, { rate }) {
      const { accumulator } = state as { accumulator: number };
      state['accumulator'] = accumulator + g ** 2;
      return x - (rate * g) / (Math.sqrt(state['accumulator']) + epsilon);
    },
  };
}

function adam({
  beta1,
  beta2,
  epsilon,
  amsgrad,
}: Given<'beta1' | 'beta2' | 'epsilon'> & { readonly amsgrad: boolean }): TensorflowRule {
  return {
    start: { m: 0, v: 0, ...(amsgrad && { vhat: 0 }) },
    update(x, g, state, { step, rate }) {
      const { m, v } = moments(g, state, beta1, beta2);
      if (amsgrad) state['vhat'] = Math.max(state['vhat'] as number, v);
      const corrected = (rate * Math.sqrt(1 - beta2 ** (step + 1))) / (1 - beta1 ** (step + 1));
      return x - (corrected * m) / (Math.sqrt(amsgrad ? (state['vhat'] as number) : v) + epsilon);
    },
  };
}

/** Moves the means of gradients and of their squares, and returns them. */
function moments(g: number, state: Record<string, number>, beta1: number, beta2: number): { m: number; v: number } {
  const m = (state['m'] = beta1 * (state['m'] as number) + (1 - beta1) * g);
  const v = (state['v'] = beta2 * (state['v'] as number) + (1 - beta2) * g ** 2);
  return { m, v };
}

/** Without momentum epsilon is added to the root, with momentum it is under the root: so is Keras' of TensorFlow 2.15. */
function rmsprop({
  rho,
  momentum,
  epsilon,
  centered,
}: Given<'rho' | 'momentum' | 'epsilon'> & { readonly centered: boolean }): TensorflowRule {
  return {
    start: { rms: 0, ...(momentum > 0 && { momentum: 0 }), ...(centered && { mg: 0 }) },
    update(x, g, state, { rate }) {
      const rms = (state['rms'] = rho * (state['rms'] as number) + (1 - rho) * g ** 2);
      const mg = centered ? (state['mg'] = rho * (state['mg'] as number) + (1 - rho) * g) : 0;
      const variance = rms - mg ** 2;
      if (momentum === 0) return x - (rate * g) / (Math.sqrt(variance) + epsilon);
      state['momentum'] = momentum * (state['momentum'] as number) + (rate * g) / Math.sqrt(variance + epsilon);
      return x - state['momentum'];
    },
  };
}

function ftrl({
  learningRatePower,
  initialAccumulatorValue,
  l1RegularizationStrength: l1,
  l2RegularizationStrength: l2,
  l2ShrinkageRegularizationStrength: shrinkage,
  beta,
}: Given<
  | 'learningRatePower'
  | 'initialAccumulatorValue'
  | 'l1RegularizationStrength'
  | 'l2RegularizationStrength'
  | 'l2ShrinkageRegularizationStrength'
  | 'beta'
>): TensorflowRule {
  return {
    start: { accumulator: initialAccumulatorValue, linear: 0 },
    update(x, g, state, { rate }) {
      const { accumulator, linear } = state as { accumulator: number; linear: number };
      const sum = accumulator + g ** 2;
      const [before, after] = [accumulator ** -learningRatePower, sum ** -learningRatePower];
      const next = linear + (g + 2 * shrinkage * x) - ((after - before) / rate) * x;
      Object.assign(state, { accumulator: sum, linear: next });
      const quadratic = after / rate + 2 * (l2 + beta / (2 * rate));
      return Math.abs(next) > l1 ? (Math.sign(next) * l1 - next) / quadratic : 0;
    },
  };
}

function adamax({ beta1, beta2, epsilon }: Given<'beta1' | 'beta2' | 'epsilon'>): TensorflowRule {
  return {
    start: { m: 0, v: 0 },
    update(x, g, state, { step, rate }) {
      const m = (state['m'] = beta1 * (state['m'] as number) + (1 - beta1) * g);
      const v = (state['v'] = Math.max(beta2 * (state['v'] as number), Math.abs(g)));
      return x - ((rate / (1 - beta1 ** (step + 1))) * m) / (v + epsilon);
    },
  };
}

/** The momentum of a step grows towards beta1 (Dozat, 2016). */
function nadam({ beta1, beta2, epsilon }: Given<'beta1' | 'beta2' | 'epsilon'>): TensorflowRule {
  const share = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** t);
  const product = (t: number): number => (t === 0 ? 1 : product(t - 1) * share(t));
  return {
    start: { m: 0, v: 0 },
    update(x, g, state, { step, rate }) {
      const t = step + 1;
      const { m, v } = moments(g, state, beta1, beta2);
      const mean = (share(t + 1) * m) / (1 - product(t + 1)) + ((1 - share(t)) * g) / (1 - product(t));
      return x - (rate * mean) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    },
  };
}

function lion({ beta1, beta2 }: Given<'beta1' | 'beta2'>): TensorflowRule {
  return {
    start: { m: 0 },
    update(x, g, state, { rate }) {
      const { m } = state as { m: number };
      state['m'] = beta2 * m + (1 - beta2) * g;
      return x - rate * Math.sign(beta1 * m + (1 - beta1) * g);
    },
  };
}

/** The optimizers that TensorFlow has; AdamW is adam with a decay of the variable before. */
export type TensorflowOptimizer = 'sgd' | 'adagrad' | 'adam' | 'rmsprop' | 'ftrl' | 'adamax' | 'nadam' | 'lion';

const rules: Readonly<Record<TensorflowOptimizer, (settings: never) => TensorflowRule>> = {
  sgd,
  adagrad,
  adam,
  rmsprop,
  ftrl,
  adamax,
  nadam,
  lion,
};

/**
 * The rule of one of TensorFlow's optimizers.
 *
 * @param settings All of them by their names in Keras, in camelCase.
 * @example
 * const { start, update } = tensorflowRule('adam', { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false });
 * const state = { ...start };
 * x = update(x, gradient, state, { step: 0, rate: 0.001 });
 */
export function tensorflowRule(
  name: TensorflowOptimizer,
  settings: Readonly<Record<string, number | boolean>>,
): TensorflowRule {
  return rules[name](settings as never);
}
