/**
 * What must work wherever `@holdfast/core` runs: `runtimes.ts` runs it under each runtime against the packed package, with nothing else
 * installed. Prints one line of JSON; throws where something is wrong. With `child PATH` it is the second process on a state folder.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const began = performance.now();
const { holdfast, isCallFailure } = await import('@holdfast/core');
const importMs = performance.now() - began;
const { sqliteCalls, sqliteHealth } = await import('@holdfast/core/sqlite');
const { asyncAttribution } = await import('@holdfast/core/node');
const { openSinks } = await import('@holdfast/core/sinks');

type Entry = Parameters<typeof holdfast>[0]['models'][number];
type Model = Extract<Entry, { readonly specificationVersion: 'v4' }>;
type Part = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;

const PROMPT = [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] as Parameters<Model['doStream']>[0]['prompt'];
const USAGE = { inputTokens: { total: 1 }, outputTokens: { total: 2 } };
const text = (delta: string): object => ({ type: 'text-delta', id: '1', delta });
const START = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
];
const END = [
  { type: 'text-end', id: '1' },
  { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: USAGE },
];

/** A model of the AI SDK's interface that gives these parts, or throws. */
function model(modelId: string, parts: readonly object[] | Error): Model & { asked: number } {
  const own = {
    specificationVersion: 'v4',
    provider: 'smoke',
    modelId,
    supportedUrls: {},
    asked: 0,
    doStream: async () => {
      own.asked++;
      if (parts instanceof Error) throw parts;
      const left = [...parts];
      const pull = (out: ReadableStreamDefaultController): void => (left.length > 0 ? out.enqueue(left.shift()) : out.close());
      return { stream: new ReadableStream({ pull }, { highWaterMark: 0 }) };
    },
    doGenerate: () => Promise.reject(new Error('not asked')),
  };
  return own as unknown as Model & { asked: number };
}

async function tell(chain: Model): Promise<{ text: string; withdrawn: number; target: string | undefined }> {
  const told = { text: '', withdrawn: 0, target: undefined as string | undefined };
  const { stream } = await chain.doStream({ prompt: PROMPT });
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return told;
    const part = value as Part;
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') told.text += part.delta;
    if (part.type === 'finish') told.target = (part.providerMetadata?.['holdfast'] as { target?: string } | undefined)?.target;
    if (part.type !== 'raw' || !JSON.stringify(part.rawValue).includes('withdrawn')) continue;
    told.withdrawn++;
    told.text = '';
  }
}

const overloaded = Object.assign(new Error('Overloaded'), { statusCode: 529, responseHeaders: { 'retry-after': '120' } });
const whole = [...START, text('Hello, '), text('world.'), ...END];
const fallen = () => [model('first', overloaded), model('second', whole)] as const;

async function child(path: string): Promise<void> {
  const models = fallen();
  const health = sqliteHealth(path);
  const told = await tell(holdfast({ models, health }));
  await health.close();
  console.log(JSON.stringify({ asked: models.map(({ asked }) => asked), told }));
}

async function fallback(): Promise<void> {
  assert.deepEqual(await tell(holdfast({ models: fallen() })), { text: 'Hello, world.', withdrawn: 0, target: 'smoke/second' });
}

async function takeover(): Promise<void> {
  const models = [model('first', [...START, text('Hello')]), model('second', whole)];
  const told = await tell(holdfast({ models, onPartial: 'restart', retries: 0 }));
  assert.deepEqual(told, { text: 'Hello, world.', withdrawn: 1, target: 'smoke/second' });
}

/** Labels follow the work, and the record of it lies in SQLite. */
async function recorded(folder: string): Promise<void> {
  const calls = sqliteCalls(folder);
  const sinks = openSinks({ records: calls });
  const attribution = asyncAttribution();
  const chain = holdfast({ models: fallen(), sinks, attribution });
  await Promise.all(['ann', 'bob'].map((user) => attribution.run({ user }, () => tell(chain))));
  assert(await sinks.flush());
  const kept = await calls.list();
  assert.deepEqual(kept.map(({ user }) => user).toSorted(), ['ann', 'bob']);
  for (const { state, record } of kept) assert(state === 'done' && record?.target === 'smoke/second');
  await calls.close();
}

async function failure(): Promise<void> {
  const alone = holdfast({ models: [model('only', Object.assign(new Error('no'), { statusCode: 401 }))] });
  const error = await tell(alone).catch((reason: unknown) => reason);
  assert(isCallFailure(error) && error.kind === 'auth' && error.record.attempts.length === 1);
}

/** What one process saw fail, another does not ask; neither the SQLite of Node nor that of Bun makes a difference. */
async function shared(folder: string): Promise<void> {
  const first = fallen();
  const health = sqliteHealth(folder);
  assert.equal((await tell(holdfast({ models: first, health }))).target, 'smoke/second');
  const asked = first[0].asked;
  assert.equal((await tell(holdfast({ models: first, health }))).text, 'Hello, world.');
  assert.equal(first[0].asked, asked);
  const self = fileURLToPath(import.meta.url);
  const others = await Promise.all([1, 2, 3].map(() => promisify(execFile)(process.execPath, [self, 'child', folder])));
  for (const { stdout } of others) {
    assert.deepEqual(JSON.parse(stdout), { asked: [0, 1], told: { text: 'Hello, world.', withdrawn: 0, target: 'smoke/second' } });
  }
  assert.deepEqual(
    (await health.list()).map(({ scope }) => scope),
    ['endpoint:smoke/first/first'],
  );
  await health.close();
  assert(readdirSync(folder).includes('health.db'));
}

async function all(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-smoke-'));
  try {
    await fallback();
    await takeover();
    await failure();
    await recorded(folder);
    await shared(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(JSON.stringify({ importMs }));
}

await (process.argv[2] === 'child' ? child(process.argv[3]!) : all());
