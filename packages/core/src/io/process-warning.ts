/** A line for whoever runs the process, where it has warnings; nothing where it has none (a browser, an edge worker). */
export const processWarning = (line: string): void => globalThis.process?.emitWarning?.(line, { type: 'HoldfastWarning' });
