import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-files.ts';

/** Folders of the workspaces, and their names. */
export const PACKAGES = {
  core: '@holdfast/core',
  agent: '@holdfast/agent',
  lab: '@holdfast/lab',
  server: '@holdfast/server',
  cli: 'holdfast',
} as const;
export const FOLDERS = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[];

/** The checkout as git has it, with the installed packages of this one: packing rewrites manifests, which nobody else should see. Answers `to`. */
export function copyCheckout(to: string): string {
  const own = (path: string) => !/\/(node_modules|dist)$/.test(path);
  for (const name of ['package.json', 'tsconfig.base.json', 'LICENSE', 'NOTICE', 'packages', 'tools'])
    cpSync(join(ROOT, name), join(to, name), { recursive: true, filter: own });
  mkdirSync(join(to, 'node_modules/@holdfast'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!['@holdfast', 'holdfast'].includes(name)) symlinkSync(join(ROOT, 'node_modules', name), join(to, 'node_modules', name));
  for (const folder of FOLDERS) symlinkSync(join(to, 'packages', folder), join(to, 'node_modules', PACKAGES[folder]));
  return to;
}
