#!/usr/bin/env node
// Plain JavaScript that any Node can read: it must be able to say that this Node is too old.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `holdfast needs Node 22.19 or newer; this is ${process.versions.node}.\n` +
      'In a checkout, `npm ci` brings Node 24: run it as `npx holdfast …`.\n',
  );
  process.exit(2);
}
const module = await import('node:module');
module.enableCompileCache?.();
const { existsSync } = await import('node:fs');
const built = new URL('../dist/main.js', import.meta.url);
const { main } = await import(existsSync(built) ? built.href : new URL('../src/main.ts', import.meta.url).href);
await main();
