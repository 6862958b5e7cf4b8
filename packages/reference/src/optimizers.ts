// The update rules of the optimizers of tfjs-core 4.22, one parameter at a time, in doubles. Where tfjs departs from
// the papers (epsilon inside a root, adadelta dividing by the mean of before this step, centered rmsprop subtracting
// epsilon), so does this. One thing is kept in float32 as tfjs has it on every backend: the powers of beta in adam and
// adamax, since 1 - float32(0.999) is 2e-5 of itself off, an error that would hide all others.

/** How one parameter changes. */
export interface UpdateRule {
  /** What is remembered of a parameter, at the start. */
  readonly start: readonly number[];
  /** What is to be added to the parameter at a step, from 0. Changes the state. */
  update(gradient: number, state: number[], step: number): number;
}

/** The settings of an optimizer by the names of tfjs, all of them: defaults differ between backends. */
export type Settings<Name extends string> = Readonly<Record<Name, number>>;

function sgd({ learningRate }: Settings<'learningRate'>): UpdateRule {
  return { start: [], update: (g) => -learningRate * g };
}

function momentum({
  learningRate,
  momentum: m,
  useNesterov,
}: Settings<'learningRate' | 'momentum'> & { readonly useNesterov: boolean }): UpdateRule {
  return {
    start: [0],
    update: (g, state) => {
      const [a] = state as [number];
      const velocity = (state[0] = m * a + g);
      return -learningRate * (useNesterov ? g + m * velocity : velocity);
    },
  };
}

/** tfjs takes the epsilon of the backend, which is 1e-7 wherever floats are float32. */
const epsilonOfBackend = 1e-7;

function adagrad({
  learningRate,
  initialAccumulatorValue,
}: Settings<'learningRate' | 'initialAccumulatorValue'>): UpdateRule {
  return {
    start: [initialAccumulatorValue],
    update: (g, state) => {
      const [a] = state as [number];
      const sum = (state[0] = a + g ** 2);
      return (-learningRate * g) / Math.sqrt(sum + epsilonOfBackend);
    },
  };
}

function adadelta({ learningRate, rho, epsilon }: Settings<'learningRate' | 'rho' | 'epsilon'>): UpdateRule {
  return {
    start: [0, 0],
    update: (g, state) => {
      const [gradients, updates] = state as [number, number];
      const change = (Math.sqrt(updates + epsilon) / Math.sqrt(gradients + epsilon)) * g;
      state[0] = rho * gradients + (1 - rho) * g ** 2;
      state[1] = rho * updates + (1 - rho) * change ** 2;
      return -learningRate * change;
    },
  };
}

function adam({
  learningRate,
  beta1,
  beta2,
  epsilon,
}: Settings<'learningRate' | 'beta1' | 'beta2' | 'epsilon'>): UpdateRule {
  return {
    start: [0, 0],
    update: (g, state, step) => {
      const [m, v] = state as [number, number];
      const first = (state[0] = beta1 * m + (1 - beta1) * g);
      const second = (state[1] = beta2 * v + (1 - beta2) * g ** 2);
      const corrected = first / (1 - float32Power(beta1, step + 1));
      return (-learningRate * corrected) / (Math.sqrt(second / (1 - float32Power(beta2, step + 1))) + epsilon);
    },
  };
}

function adamax({
  learningRate,
  beta1,
  beta2,
  epsilon,
  decay,
}: Settings<'learningRate' | 'beta1' | 'beta2' | 'epsilon' | 'decay'>): UpdateRule {
  return {
    start: [0, 0],
    update: (g, state, step) => {
      const [m, norm] = state as [number, number];
      const first = (state[0] = beta1 * m + (1 - beta1) * g);
      const largest = (state[1] = Math.max(beta2 * norm, Math.abs(g)));
      const rate = learningRate / (1 + decay * step) / (1 - float32Power(beta1, step + 1));
      return (-rate * first) / (largest + epsilon);
    },
  };
}

function rmsprop({
  learningRate,
  decay,
  momentum: m,
  epsilon,
  centered,
}: Settings<'learningRate' | 'decay' | 'momentum' | 'epsilon'> & { readonly centered: boolean }): UpdateRule {
  return {
    start: [0, 0, 0],
    update: (g, state) => {
      const [square, moment, mean] = state as [number, number, number];
      const newSquare = (state[0] = decay * square + (1 - decay) * g ** 2);
      const newMean = (state[2] = decay * mean + (1 - decay) * g);
      const variance = centered ? newSquare - (newMean ** 2 + epsilon) : newSquare + epsilon;
      const newMoment = (state[1] = m * moment + (learningRate * g) / Math.sqrt(variance));
      return -newMoment;
    },
  };
}

/** A power as repeated multiplication in float32 makes it. */
function float32Power(base: number, exponent: number): number {
  let power = Math.fround(base);
  for (let i = 1; i < exponent; i++) power = Math.fround(power * Math.fround(base));
  return power;
}

/** The names of the optimizers in `tf.train`. */
export type OptimizerName = 'sgd' | 'momentum' | 'adagrad' | 'adadelta' | 'adam' | 'adamax' | 'rmsprop';

const rules: Readonly<Record<OptimizerName, (settings: never) => UpdateRule>> = {
  sgd,
  momentum,
  adagrad,
  adadelta,
  adam,
  adamax,
  rmsprop,
};

/** The rule of `tf.train[name]` with these settings. */
export function updateRule(name: OptimizerName, settings: Readonly<Record<string, number | boolean>>): UpdateRule {
  return rules[name](settings as never);
}

/** The settings of each optimizer, in the order of the arguments of `tf.train`; whoever wants the same everywhere gives all of them. */
export const optimizerSettings: Readonly<Record<OptimizerName, readonly string[]>> = {
  sgd: ['learningRate'],
  momentum: ['learningRate', 'momentum', 'useNesterov'],
  adagrad: ['learningRate', 'initialAccumulatorValue'],
  adadelta: ['learningRate', 'rho', 'epsilon'],
  adam: ['learningRate', 'beta1', 'beta2', 'epsilon'],
  adamax: ['learningRate', 'beta1', 'beta2', 'epsilon', 'decay'],
  rmsprop: ['learningRate', 'decay', 'momentum', 'epsilon', 'centered'],
};
