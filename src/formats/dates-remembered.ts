/** What is said where dates that can be read in two ways were read as a person said of a file of the same account before. */
export function rememberedDates(order: string): string {
  return order === 'dmy'
    ? 'The dates can be read in two ways, and were read with the day first, as was said of a file of this account before.'
    : 'The dates can be read in two ways, and were read with the month first, as was said of a file of this account before.'
}
