/** The packages as they are published, in a folder: sources read by Node itself take memory that users never see. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { compile, joined, packedManifest } from '../../tools/pack.ts';

const ROOT = join(import.meta.dirname, '../..');
const OURS = ['core', 'agent'];
const SCRIPTS = ['memory', 'model', 'ours'];

/** Builds into `folder`; answers the script that measures. */
export async function built(folder: string): Promise<string> {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@holdfast'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== '@holdfast' && !name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  for (const name of OURS) {
    const from = join(ROOT, 'packages', name);
    const to = join(modules, '@holdfast', name);
    await compile(from, join(to, 'dist'));
    const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Parameters<typeof packedManifest>[0];
    writeFileSync(join(to, 'package.json'), JSON.stringify(packedManifest(manifest)));
  }
  for (const name of SCRIPTS) {
    const source = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8'));
    writeFileSync(join(folder, `${name}.js`), source.replace(/(from '\.\/[^']+)\.ts'/g, "$1.js'"));
  }
  await joined(join(import.meta.dirname, 'policy.ts'), join(folder, 'policy.js'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return join(folder, 'memory.js');
}
