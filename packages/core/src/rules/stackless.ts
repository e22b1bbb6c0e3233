/**
 * Makes an error that need not say where it was made, because it stands for what somebody else said: to look that up takes longer than all the rest
 * of it.
 */
export function stackless<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  // Where it may not be set, the error has a stack.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
