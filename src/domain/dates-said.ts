/** What a person says of dates such as `05/01/2024` where a file does not tell: which number comes first. */
export const DATES_SAID = ['day-first', 'month-first'] as const
export type DatesSaid = (typeof DATES_SAID)[number]

/** What was said of an account's files of one format: it holds for the next ones, where nothing in them tells. */
export type FileDates = { readonly accountId: string; readonly format: string; readonly dates: DatesSaid }
