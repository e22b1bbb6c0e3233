/** Whose call it is: read when it begins, told with everything that is told of it. */
export const LABELS = ['caller', 'run', 'session', 'user', 'tool', 'trace'] as const;

/** `caller` pays, `run` and `session` say where it belongs; `user`, `tool` and `trace` are for records and traces alone. */
export type Labels = { readonly [K in (typeof LABELS)[number]]?: string };

/** Only the labels of `from`; "" says nothing. */
export function labelsOf(from: Labels): Labels {
  const labels: { -readonly [K in keyof Labels]: Labels[K] } = {};
  for (const name of LABELS) {
    const value = from[name];
    if (typeof value === 'string' && value !== '') labels[name] = value;
  }
  return labels;
}

/** What is said further in wins, where it says something: an outer value stays under a "". */
export const labelled = (outer: Labels, inner: Labels): Labels => Object.assign(labelsOf(outer), labelsOf(inner));
