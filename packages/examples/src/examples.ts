import type { Example } from './example.js';
import { hourlyFlights } from './hourly-flights/index.js';
import { milesPerGallon } from './miles-per-gallon/index.js';
import { penguinSex } from './penguin-sex/index.js';

export const examples: readonly Example[] = [milesPerGallon, penguinSex, hourlyFlights];
