import { carsTwoWays } from './cars-two-ways/index.js';
import { dayWarmth } from './day-warmth/index.js';
import type { Example } from './example.js';
import { hourlyFlights } from './hourly-flights/index.js';
import { milesPerGallon } from './miles-per-gallon/index.js';
import { movieSuccesses } from './movie-successes/index.js';
import { penguinSex } from './penguin-sex/index.js';
import { penguinSpecies } from './penguin-species/index.js';
import { seattleRain } from './seattle-rain/index.js';

/** In the order in which they are listed and run. */
export const examples: readonly Example[] = [
  milesPerGallon,
  penguinSpecies,
  dayWarmth,
  seattleRain,
  penguinSex,
  hourlyFlights,
  movieSuccesses,
  carsTwoWays,
];
