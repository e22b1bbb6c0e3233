import { createRequire } from 'node:module';

export interface MachineFacts {
  readonly node: string;
  readonly bun?: string;
  readonly system: string;
  readonly timeZone: string;
}

export const machine = (): MachineFacts => ({
  node: process.versions.node,
  ...(process.versions.bun !== undefined && { bun: process.versions.bun }),
  system: `${process.platform} ${process.arch}`,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

const load = createRequire(import.meta.url);

/** The installed version of a package; undefined where there is none. */
export function packageVersion(name: string): string | undefined {
  try {
    return (load(`${name}/package.json`) as { readonly version?: string }).version;
  } catch {
    return undefined;
  }
}
