import { readRows } from './vega-datasets.js';

/** A penguin as `penguins.json` has it. */
interface RawPenguin {
  readonly Species: string;
  readonly Island: string;
  readonly 'Beak Length (mm)': number | null;
  readonly 'Beak Depth (mm)': number | null;
  readonly 'Flipper Length (mm)': number | null;
  readonly 'Body Mass (g)': number | null;
  readonly Sex: string | null;
}

/** A penguin of which everything is known. */
export interface Penguin {
  readonly species: string;
  readonly island: string;
  readonly beakLength: number;
  readonly beakDepth: number;
  readonly flipperLength: number;
  readonly bodyMass: number;
  readonly sex: 'FEMALE' | 'MALE';
}

/** What is measured of a penguin. */
export const penguinMeasures: readonly ((penguin: Penguin) => number)[] = [
  (penguin) => penguin.beakLength,
  (penguin) => penguin.beakDepth,
  (penguin) => penguin.flipperLength,
  (penguin) => penguin.bodyMass,
];

/** The penguins of `penguins.json` without those that were not measured or not sexed (one has `.` for its sex). */
export async function loadPenguins(): Promise<readonly Penguin[]> {
  const rows = await readRows<RawPenguin>('penguins.json');
  return rows.flatMap((row) => {
    const beakLength = row['Beak Length (mm)'];
    const beakDepth = row['Beak Depth (mm)'];
    const flipperLength = row['Flipper Length (mm)'];
    const bodyMass = row['Body Mass (g)'];
    const sex = row.Sex;
    if (beakLength === null || beakDepth === null || flipperLength === null || bodyMass === null) return [];
    if (sex !== 'FEMALE' && sex !== 'MALE') return [];
    return { species: row.Species, island: row.Island, beakLength, beakDepth, flipperLength, bodyMass, sex };
  });
}
