import { readRows } from './vega-datasets.js';

/** A car as `cars.json` has it. */
interface RawCar {
  readonly Name: string;
  readonly Miles_per_Gallon: number | null;
  readonly Cylinders: number;
  readonly Displacement: number;
  readonly Horsepower: number | null;
  readonly Weight_in_lbs: number;
  readonly Acceleration: number;
  readonly Year: string;
  readonly Origin: string;
}

/** A car of which everything is known. */
export interface Car {
  readonly name: string;
  readonly milesPerGallon: number;
  readonly cylinders: number;
  readonly displacement: number;
  readonly horsepower: number;
  readonly weight: number;
  readonly acceleration: number;
  readonly year: number;
  readonly origin: string;
}

/** What is measured of a car, but for the label. */
export const carMeasures: readonly ((car: Car) => number)[] = [
  (car) => car.displacement,
  (car) => car.horsepower,
  (car) => car.weight,
  (car) => car.acceleration,
  (car) => car.year,
];

/** The cars of `cars.json` without those that lack the label or the horsepower. */
export async function loadCars(): Promise<readonly Car[]> {
  const rows = await readRows<RawCar>('cars.json');
  return rows.flatMap(({ Miles_per_Gallon, Horsepower, ...row }) =>
    Miles_per_Gallon === null || Horsepower === null
      ? []
      : {
          name: row.Name,
          milesPerGallon: Miles_per_Gallon,
          cylinders: row.Cylinders,
          displacement: row.Displacement,
          horsepower: Horsepower,
          weight: row.Weight_in_lbs,
          acceleration: row.Acceleration,
          year: Number(row.Year.slice(0, 4)),
          origin: row.Origin,
        },
  );
}
