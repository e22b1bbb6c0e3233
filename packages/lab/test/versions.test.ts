import { holdfast, isModelFailure, type HoldfastOptions } from '@holdfast/core';
import type { ModelOptions } from '@holdfast/core/engine';
import { scriptedModel } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT, tell } from './scene.ts';

type AnyModel = HoldfastOptions['models'][number];

const PNG = new Uint8Array([137, 80, 78, 71]);

/** A model of an older interface, as its packages make one: a class instance with getters and private state. */
class Older {
  readonly asked: Record<string, unknown>[] = [];
  readonly specificationVersion: 'v2' | 'v3';
  readonly #parts: readonly object[];
  pulled = 0;
  cancelled = false;

  constructor(version: 'v2' | 'v3', parts: readonly object[] = []) {
    this.specificationVersion = version;
    this.#parts = parts;
  }

  get provider(): string {
    return 'old';
  }

  get modelId(): string {
    return 'small-1';
  }

  get supportedUrls(): object {
    return {};
  }

  get #end() {
    return this.specificationVersion === 'v2'
      ? { finishReason: 'stop', usage: { inputTokens: 10, outputTokens: 3, totalTokens: 13, cachedInputTokens: 4 } }
      : {
          finishReason: { unified: 'stop', raw: 'stop' },
          usage: { inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: 0 }, outputTokens: { total: 3, text: 3, reasoning: 0 } },
        };
  }

  async doGenerate(options: Record<string, unknown>) {
    this.asked.push(options);
    return {
      content: [
        { type: 'text', text: 'hello' },
        { type: 'file', mediaType: 'image/png', data: PNG },
      ],
      warnings: [],
      ...this.#end,
    };
  }

  async doStream(options: Record<string, unknown>) {
    this.asked.push(options);
    const parts = [
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'hello' },
      ...this.#parts,
      { type: 'text-end', id: '1' },
      { type: 'finish', ...this.#end },
    ];
    const stream = new ReadableStream(
      {
        pull: (out) => {
          this.pulled++;
          const part = parts.shift();
          if (part) out.enqueue(part);
          else out.close();
        },
        cancel: () => void (this.cancelled = true),
      },
      { highWaterMark: 0 },
    );
    return { stream };
  }
}

const chain = (model: Older, ...more: readonly AnyModel[]) => holdfast({ models: [model as unknown as AnyModel, ...more] });

const RICH: ModelOptions['prompt'] = [
  { role: 'system', content: 'be brief' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'look' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } },
      { type: 'file', mediaType: 'image/png', data: { type: 'url', url: new URL('https://example.com/a.png') } },
      { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: 'a note' } },
    ],
  },
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: {} }] },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c1',
        toolName: 'look',
        output: {
          type: 'content',
          value: [
            { type: 'text', text: 'seen' },
            { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } },
          ],
        },
      },
    ],
  },
];

describe.each(['v2', 'v3'] as const)('a model of interface %s', (version) => {
  it('answers through the chain, streamed and whole, with its usage', async () => {
    const model = new Older(version);
    const told = await tell((await chain(model).doStream({ prompt: PROMPT })).stream);
    expect(told).toMatchObject({
      text: 'hello',
      finish: 'stop',
      record: { target: 'old/small-1', usage: { input: 10, cacheRead: 4, output: 3 } },
    });
    const { content, usage } = await chain(new Older(version, [{ type: 'file', mediaType: 'image/png', data: PNG }])).doGenerate({
      prompt: PROMPT,
    });
    expect(content.map((part) => (part.type === 'file' ? part.data : part.type === 'text' && part.text))).toEqual([
      'hello',
      { type: 'data', data: PNG },
    ]);
    expect(usage.inputTokens.total).toBe(10);
  });

  it('is asked in its own words', async () => {
    const model = new Older(version);
    const tools: ModelOptions['tools'] = [{ type: 'provider', id: 'old.search' as const, name: 'search', args: {} }];
    await tell((await chain(model).doStream({ prompt: RICH, tools, reasoning: 'low' })).stream);
    const [asked] = model.asked as {
      prompt: { content: { type: string; data?: unknown; output?: { value: unknown } }[] }[];
      tools: object[];
      reasoning?: string;
    }[];
    expect(asked).not.toHaveProperty('reasoning');
    expect(asked!.tools).toMatchObject([{ type: version === 'v2' ? 'provider-defined' : 'provider' }]);
    const files = asked!.prompt[1]!.content;
    expect(files.map(({ type }) => type)).toEqual(['text', 'file', 'file', 'text']);
    expect(files[1]!.data).toBe(PNG);
    expect(String(files[2]!.data)).toBe('https://example.com/a.png');
    expect(JSON.stringify(asked!.prompt)).toContain(version === 'v2' ? '"type":"media"' : '"type":"file-data"');
    expect(JSON.stringify(asked!.prompt)).toContain(btoa(String.fromCharCode(...PNG)));
  });

  it('is gone on with by another, and let go when nobody reads', async () => {
    const broken = new Older(version, [{ type: 'error', error: new Error('gone') }]);
    const next = scriptedModel({ script: { text: 'hello, and goodbye to all' } });
    expect(await tell((await chain(broken, next).doStream({ prompt: PROMPT })).stream)).toMatchObject({
      text: 'hello, and goodbye to all',
      finish: 'stop',
    });
    const model = new Older(version);
    const { stream } = await chain(model).doStream({ prompt: PROMPT });
    const reader = stream.getReader();
    await reader.read();
    const { pulled } = model;
    await reader.cancel();
    expect([model.cancelled, model.pulled]).toEqual([true, pulled]);
  });
});

it('a model of an interface that nobody knows is refused at once, with the way out', () => {
  const future = Object.assign(scriptedModel(), { specificationVersion: 'v9' });
  let error: unknown;
  try {
    holdfast({ models: [future as never] });
  } catch (thrown) {
    error = thrown;
  }
  expect(isModelFailure(error) && [error.kind, error.facts.code]).toEqual(['bad-request', 'bad-option']);
  expect((error as Error).message).toMatch(/element 0 speaks version "v9".*v2, v3 and v4.*update/);
});

describe('what an older interface has no word for', () => {
  it.each(['v2', 'v3'] as const)('%s: an effort that was asked for is said to be left out', async (version) => {
    const model = chain(
      new Older(version, [
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'hello' },
        { type: 'text-end', id: '1' },
      ]),
    );
    const left = [expect.objectContaining({ type: 'unsupported', feature: 'reasoning' })];
    expect((await model.doGenerate({ prompt: PROMPT, reasoning: 'high' })).warnings).toEqual(left);
    expect((await model.doGenerate({ prompt: PROMPT })).warnings).toEqual([]);
  });
});
