import type { Rates, Task } from './trace-float64.js';

/** The same step by jax-js, on wasm by its jit; a string says why it cannot be had. */
export async function jaxStep(task: Task, { optimizer, rate }: Rates): Promise<(() => Promise<number>) | string> {
  try {
    const jax = await import('@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    const { jit, nn, numpy: np, tree, valueAndGrad } = jax;
    type Arrays = ReturnType<typeof np.array>[];
    type One = Arrays[number];
    const { sizes, rows } = task;
    const classes = sizes.at(-1) as number;
    const shapeAt = (index: number): number[] =>
      index % 2 === 0
        ? [sizes[index >> 1] as number, sizes[(index >> 1) + 1] as number]
        : [sizes[(index >> 1) + 1] as number];
    const lossOf = (parameters: Arrays, x: One, y: One): One => {
      let h = x;
      for (let layer = 0; layer < sizes.length - 1; layer++) {
        h = np.dot(h, parameters[2 * layer] as One).add(parameters[2 * layer + 1] as One);
        if (layer < sizes.length - 2) h = nn.relu(h);
      }
      if (classes > 1)
        return nn
          .logSoftmax(h)
          .mul(y)
          .sum()
          .mul(-1 / rows);
      const z = h.reshape([-1]);
      const tail = np.log1p(np.exp(np.negative(np.abs(z.ref))));
      return np.maximum(z.ref, 0).sub(z.mul(y)).add(tail).mean();
    };
    const x = np.array(task.x.slice()).reshape([rows, sizes[0] as number]);
    const y =
      classes === 1
        ? np.array(task.labels.slice())
        : np
            .array(
              Float32Array.from({ length: rows * classes }, (_, i) =>
                Number(task.labels[Math.floor(i / classes)] === i % classes),
              ),
            )
            .reshape([rows, classes]);
    let parameters: Arrays = task.weights.map((values, index) => np.array(values.slice()).reshape(shapeAt(index)));
    if (optimizer === 'SGD') {
      const step = jit((p: Arrays, a: One, b: One) => {
        const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p), a, b);
        return [loss, tree.map((q: One, g: One) => q.sub(g.mul(rate)), p, gradients)] as [One, Arrays];
      });
      return async () => {
        const [loss, next] = step(parameters, x.ref, y.ref) as [One, Arrays];
        parameters = next;
        return loss.item() as number;
      };
    }
    const zeros = (): Arrays => task.weights.map((_, index) => np.zeros(shapeAt(index)));
    let [m, v] = [zeros(), zeros()];
    let count = np.array(0);
    const step = jit((p: Arrays, c: One, m0: Arrays, v0: Arrays, a: One, b: One) => {
      const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p), a, b);
      const t = c.add(1);
      const m1 = tree.map((each: One, g: One) => each.mul(0.9).add(g.mul(0.1)), m0, tree.ref(gradients)) as Arrays;
      const v1 = tree.map((each: One, g: One) => each.mul(0.999).add(g.ref.mul(g).mul(0.001)), v0, gradients) as Arrays;
      const [c1, c2] = [0.9, 0.999].map((beta) => np.subtract(1, np.exp(t.ref.mul(Math.log(beta))))) as [One, One];
      const next = tree.map(
        (q: One, mean: One, square: One) =>
          q.sub(
            mean
              .div(c1.ref)
              .mul(rate)
              .div(np.sqrt(square.div(c2.ref)).add(1e-7)),
          ),
        p,
        tree.ref(m1),
        tree.ref(v1),
      ) as Arrays;
      c1.dispose();
      c2.dispose();
      return [loss, next, t, m1, v1] as [One, Arrays, One, Arrays, Arrays];
    });
    return async () => {
      const [loss, ...state] = step(parameters, count, m, v, x.ref, y.ref) as [One, Arrays, One, Arrays, Arrays];
      [parameters, count, m, v] = state;
      return loss.item() as number;
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
