/**
 * What `npm pack` and `npm publish` do in a package of ours: `prepack` builds `dist/` and makes the manifest point there, `postpack`
 * puts everything back. In the checkout packages run from their sources; only the packed copy knows of `dist/`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '..');
/** Copied beside the manifest when the package has none of its own. */
const LEGAL = ['LICENSE', 'NOTICE'];
const KEPT = 'package.json.unpacked';

interface Manifest {
  [key: string]: unknown;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

const built = (source: string, ending: string): string => source.replace('./src/', './dist/').replace(/\.ts$/, ending);

/** The manifest of the packed copy: no sources, no scripts, nothing that only the checkout needs. */
export function packedManifest(full: Manifest): Manifest {
  const manifest = Object.fromEntries(Object.entries(full).filter(([key]) => key !== 'scripts' && key !== 'devDependencies'));
  const { exports, files = [] } = full;
  return {
    ...manifest,
    files: [...files, 'NOTICE'],
    ...(exports && {
      exports: Object.fromEntries(
        Object.entries(exports).map(([path, { default: source }]) => [
          path,
          { types: built(source, '.d.ts'), default: built(source, '.js') },
        ]),
      ),
    }),
  };
}

/**
 * Packages whose modules are joined into one file for each way in, with what they share beside them: two hundred small files take four times as
 * long to import.
 */
const JOINED: ReadonlySet<string> = new Set(['core', 'agent']);

/** One file out of a module and all that it needs. */
export async function joined(input: string, file: string): Promise<void> {
  await (await rolldown({ input, platform: 'node' })).write({ file, format: 'esm' });
}

/** Everything that a module needs as soon as it is imported. */
async function modulesOf(entry: string, foreign: (name: string) => boolean): Promise<ReadonlySet<string>> {
  const alone = await rolldown({ input: entry, external: foreign, platform: 'node' });
  const { output } = await alone.generate({ format: 'esm' });
  return new Set(output.flatMap((file) => (file.type === 'chunk' && file.isEntry ? file.moduleIds : [])));
}

async function joinModules(folder: string, dist: string): Promise<void> {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const ways = Object.values(exports).map(({ default: source }) => source.replace(/^\.\/(?:src|dist)\//, '').replace(/\.[jt]s$/, ''));
  const input = Object.fromEntries(ways.map((way) => [way, join(dist, `${way}.js`)]));
  const foreign = (name: string): boolean => !/^[./]/.test(name) && !isAbsolute(name);
  const main = await modulesOf(input['index']!, foreign);
  const whole = await rolldown({ input, external: foreign, platform: 'node' });
  const { output } = await whole.generate({
    format: 'esm',
    chunkFileNames: 'shared/[name].js',
    // All that the main way in needs is one file: each one more costs it a millisecond.
    codeSplitting: { groups: [{ name: 'main', test: (id) => main.has(id) }] },
  });
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) if (file.endsWith('.js')) rmSync(join(dist, file));
  for (const file of output) {
    if (file.type !== 'chunk') continue;
    mkdirSync(dirname(join(dist, file.fileName)), { recursive: true });
    writeFileSync(join(dist, file.fileName), file.code);
  }
}

/** All packages are compiled as one program, which sees each other's sources, and the one that is wanted is taken out of it. */
export async function compile(folder: string, dist: string): Promise<void> {
  const temp = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
  const config = join(ROOT, `tsconfig.pack-${process.pid}.json`);
  const sources = [`packages/${basename(folder)}/src`];
  const options = { noEmit: false, declaration: true, rootDir: 'packages', outDir: temp, skipLibCheck: true };
  const exclude = ['**/*.test.ts', '**/fixtures/**'];
  writeFileSync(config, JSON.stringify({ extends: './tsconfig.base.json', compilerOptions: options, include: sources, exclude }));
  try {
    const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], {
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) throw new Error(`${basename(folder)} does not compile`);
    rmSync(dist, { recursive: true, force: true });
    cpSync(join(temp, basename(folder), 'src'), dist, { recursive: true });
  } finally {
    rmSync(config);
    rmSync(temp, { recursive: true });
  }
  for (const file of declarationsOf(dist)) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, '$1$2.js$1'));
  }
  if (JOINED.has(basename(folder))) await joinModules(folder, dist);
}

const declarationsOf = (dist: string): readonly string[] =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => join(dist, file));

async function prepack(folder: string): Promise<void> {
  const manifest = join(folder, 'package.json');
  if (existsSync(join(folder, KEPT))) postpack(folder);
  await compile(folder, join(folder, 'dist'));
  for (const file of LEGAL) cpSync(join(ROOT, file), join(folder, file));
  cpSync(manifest, join(folder, KEPT));
  const packed = packedManifest(JSON.parse(readFileSync(manifest, 'utf8')) as Manifest);
  writeFileSync(manifest, `${JSON.stringify(packed, undefined, 2)}\n`);
}

function postpack(folder: string): void {
  if (existsSync(join(folder, KEPT))) renameSync(join(folder, KEPT), join(folder, 'package.json'));
  for (const file of ['dist', ...LEGAL]) rmSync(join(folder, file), { recursive: true, force: true });
}

const VERBS: Readonly<Record<string, (folder: string) => void | Promise<void>>> = { prepack, postpack };

if (import.meta.main) {
  const verb = VERBS[process.argv[2] ?? ''];
  if (!verb) throw new Error('usage, in the folder of a package: node ../../tools/pack.ts prepack|postpack');
  await verb(process.cwd());
}
