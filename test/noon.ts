/** Where the clock of a test's bank and Relink starts: which rows there are, and what a bank does at night, follow the day and the hour. */
export const NOON = Date.UTC(2026, 10, 28, 12)
