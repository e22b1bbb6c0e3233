/** One macrotask: every microtask queued so far has run by the time it resolves. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
