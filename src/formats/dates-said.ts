/** What a person says of dates such as `05/01/2024` where a file does not tell: which number comes first. */
export const DATES_SAID = ['day-first', 'month-first'] as const
export type DatesSaid = (typeof DATES_SAID)[number]
