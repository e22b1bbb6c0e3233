import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { load } from '@holdfast/agent/engine';
import { labProvider, type LabProvider, type ProtocolName } from '@holdfast/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program } from '../packages/cli/src/program.ts';
import { ROOT, textOf } from './source-files.ts';

const docs: readonly string[] = [
  ...['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'examples/README.md'].filter((file) =>
    existsSync(join(ROOT, file)),
  ),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).flatMap((file) =>
    file.endsWith('.md') ? [`docs/${file}`] : [],
  ),
  ...readdirSync(join(ROOT, 'packages')).flatMap((name) => {
    const file = `packages/${name}/README.md`;
    return existsSync(join(ROOT, file)) ? [file] : [];
  }),
];

interface Fence {
  readonly at: string;
  readonly language: string;
  /** What follows the language: with `run` it must also print something. */
  readonly marks: readonly string[];
  readonly code: string;
}

const fences: readonly Fence[] = docs.flatMap((file) =>
  [...textOf(file).matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    at: `${file}:${textOf(file).slice(0, match.index).split('\n').length}`,
    language: match[1]!,
    marks: match[2]!.split(/\s+/).filter(Boolean),
    code: match[3]!,
  })),
);
/** Each is checked below; `text` and `console` are output. */
const LANGUAGES = new Set(['ts', 'js', 'json', 'yaml', 'sh', 'console', 'text']);
const ofLanguage = (...languages: string[]) => fences.filter(({ language }) => languages.includes(language));

const temp = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-docs-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));
/** Every process shares what Node compiled: a snippet that loads the whole of us starts in a tenth of a second. */
const env: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: join(temp, 'compiled') };
const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: temp, env, timeout: 30_000 });

/** The vendors' packages read their keys and addresses from these: a snippet may be what a user writes, and asks nobody outside. */
const VENDORS: Readonly<Record<string, ProtocolName>> = { ANTHROPIC: 'anthropic-messages', OPENAI: 'openai-responses' };
const providers: LabProvider[] = [];
const COMMAND = join(ROOT, 'packages/cli/bin/holdfast.js');

beforeAll(async () => {
  symlinkSync(join(ROOT, 'node_modules'), join(temp, 'node_modules'));
  writeFileSync(join(temp, 'package.json'), '{ "type": "module" }');
  for (const [name, protocol] of Object.entries(VENDORS)) {
    const provider = await labProvider({ name: name.toLowerCase(), protocol });
    providers.push(provider);
    Object.assign(env, { [`${name}_API_KEY`]: 'key-of-the-docs', [`${name}_BASE_URL`]: provider.url });
  }
});
afterAll(async () => {
  for (const provider of providers) await provider.close();
});

describe('what the documents show is true', { timeout: 60_000 }, () => {
  const snippets = ofLanguage('ts').map((fence, n) => ({ ...fence, file: `snippet-${n}.ts` }));

  it('snippets have types', async () => {
    for (const { file, code } of snippets) writeFileSync(join(temp, file), `${code}\nexport {};\n`);
    const options = { noEmit: true, allowImportingTsExtensions: true, noUnusedLocals: false };
    const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions: options, files: snippets.map(({ file }) => file) };
    writeFileSync(join(temp, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', temp).catch((error) => error);
    const own = stdout.split('\n').filter((line: string) => line.startsWith('snippet-'));
    expect(own.map((line: string) => line.replace(/^(snippet-\d+\.ts)/, (file) => snippets.find((one) => one.file === file)!.at))).toEqual(
      [],
    );
  });

  it.concurrent.each(snippets)('$at runs', async ({ file, code, marks }) => {
    writeFileSync(join(temp, file), code);
    const { stdout, stderr } = await node(file);
    expect(stderr).toBe('');
    if (marks.includes('run')) expect(stdout).not.toBe('');
  });

  it.concurrent.each(ofLanguage('js'))('$at, of another library, is JavaScript', async ({ at, code }) => {
    const file = join(temp, `${at.replace(/\W/g, '-')}.mjs`);
    writeFileSync(file, code);
    await node('--check', file);
  });

  it.each(ofLanguage('json'))('$at is JSON', ({ code }) => {
    expect(() => JSON.parse(code)).not.toThrow();
  });

  it.each(ofLanguage('sh'))('$at runs what is there', ({ code }) => {
    const words = code
      .split('\n')
      .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/&&|\|/))
      .map((one) => one.trim());
    expect(words.filter((one) => one !== '' && !/^(npm|npx|node|holdfast|export|cd|git|curl|sqlite3)\b/.test(one))).toEqual([]);
    const named = words.flatMap((one) => /^(?:npx vitest run|node|npm --prefix) ([^-\s]\S*)/.exec(one)?.[1] ?? []);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const installed = words
      .flatMap((one) => /^npm (?:i|install) (.+)/.exec(one)?.[1]!.split(/\s+/) ?? [])
      .filter((one) => one && !one.startsWith('-'));
    expect(installed.map((one) => one.replace(/(?<=.)@.*$/, '')).filter((one) => !existsSync(join(ROOT, 'node_modules', one)))).toEqual([]);
  });

  it.each([
    ['packages/core/src/library.ts', 'HoldfastOptions'],
    ['packages/core/src/own-options.ts', 'HoldfastCallOptions'],
  ])('the README of the core names every option of %s', (file, name) => {
    const body = new RegExp(`export interface ${name}[^{]*\\{([^]*?)\\n\\}`).exec(textOf(file))![1]!;
    const options = [...body.matchAll(/^  readonly (\w+)\??:/gm)].map((match) => match[1]!);
    expect(options.length).toBeGreaterThan(5);
    const readme = textOf('packages/core/README.md');
    expect(options.filter((option) => !readme.includes(`\`${option}\``))).toEqual([]);
  });

  it('no other language than these is shown', () => {
    expect(fences.map(({ language }) => language).filter((language) => !LANGUAGES.has(language))).toEqual([]);
  });

  it.each(ofLanguage('yaml'))('$at is a valid file', ({ at, code, marks }) => {
    const { problems } = load(code, at, { env: () => 'set' });
    // What is shown as a file that runs has no key without an effect.
    expect(problems.filter(({ level }) => level === 'error' || marks.includes('run'))).toEqual([]);
  });

  it.concurrent.each(ofLanguage('yaml').filter(({ marks }) => marks.includes('run')))('$at runs', async ({ code }) => {
    const folder = mkdtempSync(join(temp, 'agents-'));
    const entries = providers.map(({ name, url }) => `  ${name}: { base_url: "${url}" }\n`).join('');
    writeFileSync(join(folder, 'agent.yaml'), code);
    writeFileSync(join(folder, 'holdfast.yaml'), `providers:\n${entries}`);
    const own = { cwd: folder, env: { ...env, HOME: folder, HOLDFAST_STATE: join(folder, '.holdfast') }, timeout: 60_000 };
    const holdfast = (...args: string[]) => promisify(execFile)(process.execPath, [COMMAND, ...args], own);
    await holdfast('trust', 'agent.yaml');
    const { stdout } = await holdfast('run', 'agent.yaml', 'Hello');
    expect(stdout.trim()).not.toBe('');
  });

  it.each(commands())('$at: $line', async ({ words }) => {
    let performed = false;
    const command = program(async () => void (performed = true)).configureOutput({ writeOut: () => {}, writeErr: () => {} });
    for (const one of [command, ...command.commands]) one.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    await command.parseAsync([...words], { from: 'user' }).catch((error) => {
      if (error.exitCode !== 0) throw error;
      performed = true;
    });
    expect(performed).toBe(true);
  });

  it.each(docs)('%s leads nowhere that is not there', (file) => {
    const links = [...textOf(file).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map((match) => match[1]!).filter((to) => !/^[a-z]+:/.test(to));
    expect(links.filter((to) => !existsSync(join(ROOT, dirname(file), to)))).toEqual([]);
  });

  it.each(docs)('%s names only files and scripts that exist', (file) => {
    const text = textOf(file);
    const paths = [...text.matchAll(/`((?:packages|docs|tools|bench|examples)\/[\w./-]*\w)`/g)].map((match) => match[1]!);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/npm run (?:-\w+ )*([\w:-]*\w)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

/** Every command line of ours: in shell fences, and in backticks in the text. */
function commands(): readonly { readonly at: string; readonly line: string; readonly words: readonly string[] }[] {
  const shown = ofLanguage('sh', 'console').flatMap(({ at, code }) => code.split('\n').map((line) => ({ at, line: line.trim() })));
  const said = docs.flatMap((file) =>
    [...textOf(file).matchAll(/`((?:npx )?holdfast [^`]+)`/g)].map((match) => ({ at: file, line: match[1]! })),
  );
  return [...shown, ...said]
    .flatMap(({ at, line }) => {
      const own = /(?:^|\|\s*|&&\s*)(?:npx )?holdfast\s+([^|&>]*)/.exec(line);
      return own ? [{ at, line, words: wordsOf(own[1]!) }] : [];
    })
    .filter(({ line }, at, all) => all.findIndex((other) => other.line === line) === at);
}

/** A command line as a shell would cut it, without its comment; negative session numbers are values. */
const wordsOf = (line: string): readonly string[] =>
  [...line.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map((match) => match[1] ?? match[2] ?? match[3]!)
    .join('\0')
    .replace(/--session\0(-\d+)/g, '--session=$1')
    .split('\0')
    .filter((word) => word !== '');
