/** What a planted bug is: a name, what is wrong, the scenario in which it shows soon, and the wrong part. */
import { NO_PLANT, type Plant } from '../plant.ts'

export type PlantedBug = {
  readonly name: string
  /** One sentence: what the wrong part does. */
  readonly what: string
  /** Where the search begins. */
  readonly scenario: string
  readonly plant: Plant
}

export function planted(name: string, scenario: string, what: string, parts: Partial<Plant>): PlantedBug {
  return { name, what, scenario, plant: { ...NO_PLANT, ...parts } }
}
