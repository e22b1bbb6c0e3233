import type { Environment } from '@holdfast/core/engine';

export interface Substituted {
  readonly text: string;
  /** Names it was made with, in order. */
  readonly used: readonly string[];
  /** Of those, the ones that are not set; their placeholder stays as it was. */
  readonly missing: readonly string[];
}

const BRACED = /\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}/g;
const ANY = /\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** `${env.NAME}`; with `bare` also `${NAME}` and `$NAME`, as Docker reads base URLs. What a variable holds is not substituted again. */
export function substitute(text: string, env: Environment, bare = false): Substituted {
  const used: string[] = [];
  const missing: string[] = [];
  const result = text.replace(bare ? ANY : BRACED, (whole: string, ...names: (string | number | undefined)[]) => {
    const name = names.find((part) => typeof part === 'string' && part !== '') as string;
    used.push(name);
    const value = env(name);
    if (value === undefined || value === '') missing.push(name);
    return value === undefined || value === '' ? whole : value;
  });
  return { text: result, used, missing };
}

export const hasVariable = (text: string, bare = false): boolean => text.search(bare ? ANY : BRACED) >= 0;
