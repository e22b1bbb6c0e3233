import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyCheckout, FOLDERS, PACKAGES } from './checkout-copy.ts';
import { ROOT } from './source-files.ts';

const OURS: readonly string[] = Object.values(PACKAGES);

const temp = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-pack-'));
const checkout = join(temp, 'checkout');
const user = join(temp, 'user');
const run = (file: string, args: readonly string[], cwd: string) => promisify(execFile)(file, args, { cwd, maxBuffer: 1e8 });
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const installed = (name: string) => join(user, 'node_modules', name);
const manifestOf = (folder: string) => json(join(ROOT, 'packages', folder, 'package.json'));

const link = (name: string): void => {
  mkdirSync(dirname(installed(name)), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), installed(name));
};

/** Imports every URL a program loads, one a line. */
const TRACE = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stdout.write(url + '\\n'); return next(url, context); } });
await import('@holdfast/core');`;

beforeAll(async () => {
  copyCheckout(checkout);
  const before = FOLDERS.map((folder) => readFileSync(join(checkout, 'packages', folder, 'package.json'), 'utf8'));
  await run('npm', ['pack', '--pack-destination', temp, ...FOLDERS.flatMap((folder) => ['-w', PACKAGES[folder]])], checkout);
  expect(FOLDERS.map((folder) => readFileSync(join(checkout, 'packages', folder, 'package.json'), 'utf8'))).toEqual(before);
  for (const folder of FOLDERS) expect(readdirSync(join(checkout, 'packages', folder))).not.toContain('dist');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "private": true, "type": "module" }');
}, 120_000);

afterAll(() => rmSync(temp, { recursive: true, force: true }));

const tarball = (folder: keyof typeof PACKAGES): string =>
  join(temp, `${PACKAGES[folder].replace('@', '').replace('/', '-')}-${manifestOf(folder).version}.tgz`);

describe('the packed packages', { timeout: 120_000 }, () => {
  it('core installs alone, without a network, and loads nothing but itself and Node', async () => {
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball('core')], user);
    expect(readdirSync(join(user, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@holdfast']);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', TRACE], user);
    const own = pathToFileURL(installed('@holdfast/core')).href;
    const loaded = stdout.trim().split('\n');
    expect(loaded.filter((url) => !url.startsWith(`${own}/dist/`) && !url.startsWith('node:'))).toEqual([]);
    expect(loaded.length).toBeGreaterThan(0);
    // Many small files take long to import.
    expect(loaded.length).toBeLessThan(10);
  });

  it.each(['2.0.0', '3.1.0', '9.0.0'])('core installs beside version %s of the AI SDK’s packages', async (version) => {
    const other = join(temp, `user-${version}`);
    const vendors = Object.keys(manifestOf('core').peerDependencies).filter((name) => name.startsWith('@ai-sdk/'));
    for (const name of vendors) {
      mkdirSync(join(other, name), { recursive: true });
      writeFileSync(join(other, name, 'package.json'), JSON.stringify({ name, version }));
    }
    const dependencies = Object.fromEntries(vendors.map((name) => [name, `file:./${name}`]));
    writeFileSync(join(other, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball('core')], other);
    expect(readdirSync(join(other, 'node_modules', '@holdfast'))).toEqual(['core']);
  });

  it('the others install beside it', async () => {
    for (const folder of FOLDERS) {
      if (folder === 'core') continue;
      mkdirSync(installed(PACKAGES[folder]), { recursive: true });
      await run('tar', ['-xzf', tarball(folder), '--strip-components=1', '-C', installed(PACKAGES[folder])], temp);
    }
    // What they depend on comes from the checkout's own installation; what it calls optional or only tests with is for the consumer below.
    const others = new Set(FOLDERS.flatMap((folder) => Object.keys(manifestOf(folder).dependencies ?? {})));
    for (const name of others) if (!OURS.includes(name)) link(name);
    for (const folder of FOLDERS) {
      const files = readdirSync(installed(PACKAGES[folder]), { recursive: true, encoding: 'utf8' });
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'README.md', 'package.json']));
      expect(files.filter((file) => /(?<!\.d)\.ts$|\.test\.|^src|^test/.test(file))).toEqual([]);
    }
  });

  it.each(FOLDERS.filter((folder) => manifestOf(folder).exports))('%s exports what its sources export, by every way in', async (folder) => {
    for (const name of ['vitest', 'fast-check']) if (!readdirSync(join(user, 'node_modules')).includes(name)) link(name);
    const ways = Object.entries<{ default: string }>(manifestOf(folder).exports);
    for (const [path, { default: source }] of ways) {
      const name = path.replace('.', PACKAGES[folder]);
      const code = `console.log(JSON.stringify(Object.keys(await import('${name}')).sort()))`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], user);
      const here = Object.keys(await import(join(ROOT, 'packages', folder, source))).toSorted();
      expect([name, JSON.parse(stdout)]).toEqual([name, here]);
    }
  });

  it('a typed consumer compiles', async () => {
    link('@ai-sdk/provider');
    link('@types');
    writeFileSync(join(user, 'consumer.ts'), CONSUMER);
    const options = {
      module: 'NodeNext',
      target: 'ES2023',
      strict: true,
      noEmit: true,
      types: ['node'],
      lib: ['ES2024', 'ESNext.Disposable', 'DOM'],
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
    const { stdout } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', user], user).catch(
      (error) => error,
    );
    const foreign = /^\S*node_modules\/(?!@holdfast\/|holdfast\/)/;
    expect(stdout.split('\n').filter((line: string) => /^\S/.test(line) && !foreign.test(line))).toEqual([]);
  });

  it('the command answers', async () => {
    const bin = join(installed('holdfast'), 'bin/holdfast.js');
    const { stdout: version } = await run(bin, ['--version'], user);
    expect(version.trim()).toBe(manifestOf('cli').version);
    const { stdout: help } = await run(bin, ['run', '--help'], user);
    expect(help).toContain('Usage: holdfast run');
    writeFileSync(join(user, 'agent.yaml'), 'agents:\n  root:\n    model: ollama/small\n    instruction: Be brief.\n');
    const { stdout: checked } = await run(bin, ['config', 'check', 'agent.yaml'], user);
    expect(checked).toContain('agent.yaml: ok');
  });
});

const CONSUMER = `import { holdfast, isCallFailure, type CallRecord, type Model } from '@holdfast/core';
import { chain } from '@holdfast/core/engine';
import * as wire from '@holdfast/core/wire';
import { agentRuntime, memorySessions, type Runtime, type RunEvent } from '@holdfast/agent';
import { load } from '@holdfast/agent/engine';
import { scriptedModel, labProvider, VirtualClock } from '@holdfast/lab';

const model: Model = holdfast({ models: [scriptedModel({ script: { text: 'hello' } })], retries: 1, patience: '5s' });
export async function answer(): Promise<CallRecord | undefined> {
  try {
    const { finishReason } = await model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] });
    return finishReason.unified === 'stop' ? undefined : undefined;
  } catch (error) {
    return isCallFailure(error) ? error.record : undefined;
  }
}
// @ts-expect-error durations are numbers or texts
holdfast({ models: [model], patience: true });
export const typeOf = (event: RunEvent): string => event.type;
export type Started = Awaited<ReturnType<Runtime['start']>>;
export const all = [chain, wire, agentRuntime, memorySessions, load, labProvider, VirtualClock];
`;
