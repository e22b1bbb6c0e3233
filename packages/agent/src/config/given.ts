type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what is there: an absent key and an undefined one are not the same to who merges. */
export const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
