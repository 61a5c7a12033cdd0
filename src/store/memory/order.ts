/** Orders that lists promise. Ids are version 7 UUIDs in lower case, so that they compare as text as they do in the database. */

/** For `sort`: by each key in turn; bigint, number and text compare by their own order. */
export function by<T>(...keys: readonly ((row: T) => string | number | bigint)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)]
      if (left < right) return -1
      if (left > right) return 1
    }
    return 0
  }
}
