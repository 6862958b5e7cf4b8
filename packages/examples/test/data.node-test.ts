import { memory, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { mean, sort } from 'd3-array';
import { describe, expect, it } from 'vitest';
import { batches, column } from '../src/batches.js';
import { fitEncoder } from '../src/encoder.js';
import { loadHours } from '../src/hourly-flights/hours.js';
import { loadCars } from '../src/cars.js';
import { loadMovies } from '../src/movie-successes/movies.js';
import { loadPenguins } from '../src/penguins.js';
import { loadDays } from '../src/seattle-rain/days.js';
import { splitRows } from '../src/split.js';

describe('the data', () => {
  it('has 406 cars, 8 without the label and 6 without horsepower', async () => {
    const cars = await loadCars();
    expect(cars).toHaveLength(406 - 8 - 6);
    expect(cars[0]).toEqual({
      name: 'chevrolet chevelle malibu',
      milesPerGallon: 18,
      cylinders: 8,
      displacement: 307,
      horsepower: 130,
      weight: 3504,
      acceleration: 12,
      year: 1970,
      origin: 'USA',
    });
  });

  it('has 344 penguins, 11 of unknown sex, those without measures among them', async () => {
    const penguins = await loadPenguins();
    expect(penguins).toHaveLength(344 - 11);
    expect(penguins.filter(({ sex }) => sex === 'MALE')).toHaveLength(168);
  });

  it('has 1,461 days of Seattle, the last of which nobody knows the next of', async () => {
    const days = await loadDays();
    expect(days).toHaveLength(1461 - 1);
    expect(days.slice(0, 2)).toEqual([
      { date: new Date('2012-01-01'), precipitation: 0, warmest: 12.8, coldest: 5, wind: 4.7, next: 'wet' },
      { date: new Date('2012-01-02'), precipitation: 10.9, warmest: 10.6, coldest: 2.8, wind: 4.5, next: 'wet' },
    ]);
    expect(days.filter(({ next }) => next === 'wet')).toHaveLength(623);
  });

  it('has movies with all, some and none of the successes', async () => {
    const movies = await loadMovies();
    expect(movies).toHaveLength(1821);
    const counts = [0, 1, 2, 3].map((count) => movies.filter((movie) => movie.successes.length === count).length);
    expect(counts.every((count) => count > 100)).toBe(true);
    expect(movies.every(({ month }) => month >= 0 && month < 12)).toBe(true);
  });

  it('has every hour from the first to the last of 10,000 flights', async () => {
    const hours = await loadHours();
    const hour = 3_600_000;
    expect(hours[0]?.time.toISOString()).toBe('2001-01-01T00:00:00.000Z');
    expect(hours.at(-1)?.time.toISOString()).toBe('2001-03-31T22:00:00.000Z');
    expect(hours).toHaveLength(90 * 24 - 1);
    expect(
      hours.every(({ time }, index) => index === 0 || time.getTime() - hours[index - 1]!.time.getTime() === hour),
    ).toBe(true);
    expect(hours.reduce((total, { flights }) => total + flights, 0)).toBe(10_000);
    expect(hours.some(({ flights }) => flights === 0)).toBe(true);
  });
});

describe('splitRows', () => {
  const rows = Array.from({ length: 101 }, (_, index) => index);

  it('depends on the seed alone', () => {
    const split = splitRows(rows, { testShare: 0.2, seed: 1 });
    expect(splitRows(rows, { testShare: 0.2, seed: 1 })).toEqual(split);
    expect(splitRows(rows, { testShare: 0.2, seed: 2 })).not.toEqual(split);
  });

  it('puts every row in one part, in another order', () => {
    const { train, test } = splitRows(rows, { testShare: 0.2, seed: 1 });
    expect(test).toHaveLength(20);
    expect([...train, ...test]).not.toEqual(rows);
    expect(sort([...train, ...test])).toEqual(rows);
  });
});

describe('fitEncoder', () => {
  const train = [
    { size: 1, kind: 'b' },
    { size: 3, kind: 'a' },
    { size: 5, kind: 'b' },
  ];
  const encode = fitEncoder(train, { numeric: [(row) => row.size], categorical: [(row) => row.kind] });

  it('scales the training rows to mean 0 and deviation 1, and makes categories one-hot', () => {
    expect(train.map(encode)).toEqual([
      [-1, 0, 1],
      [0, 1, 0],
      [1, 0, 1],
    ]);
    expect(mean(train, (row) => encode(row)[0])).toBe(0);
  });

  it('measures other rows by the training rows, and knows no category but theirs', () => {
    expect(encode({ size: 9, kind: 'c' })).toEqual([3, 0, 0]);
  });

  it('makes zeros of a column that never varies', () => {
    const constant = fitEncoder(train, { numeric: [() => 7], categorical: [] });
    expect(train.map(constant)).toEqual([[0], [0], [0]]);
  });
});

describe('batches', () => {
  it('keeps the odd last batch, and disposes each', async () => {
    await setBackend('cpu');
    const before = memory().numTensors;
    const samples = Array.from({ length: 7 }, (_, label) => ({ inputs: [label, 1], label, weight: 2 }));
    const shapes = Array.from(batches({ samples, labelsOf: column }, 3), ({ inputs, labels, features }) =>
      [inputs, labels as Tensor, features['weight']].map((tensor) => tensor?.shape),
    );
    expect(shapes).toEqual([
      [
        [3, 2],
        [3, 1],
        [3, 1],
      ],
      [
        [3, 2],
        [3, 1],
        [3, 1],
      ],
      [
        [1, 2],
        [1, 1],
        [1, 1],
      ],
    ]);
    expect(memory().numTensors).toBe(before);
  });
});
