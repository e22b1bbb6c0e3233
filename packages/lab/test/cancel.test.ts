import { getEventListeners, once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { holdfast, type CallEvent, type Model } from '@holdfast/core';
import { MemoryHealth, type Part } from '@holdfast/core/engine';
import { gate, texts, type Asked, type Gate, type LabAnswer } from '@holdfast/lab';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  failureOf,
  holds,
  httpScene,
  letGo,
  PROMPT,
  TOOLS,
  type Api,
  type HttpScene,
  type Place,
  type SceneOptions,
} from './http-scene.ts';
import { scene } from './scene.ts';

const TEXT = texts.plain;
const REASON = new Error('enough');
const ANSWER: LabAnswer = { text: TEXT };
const CALL: LabAnswer = {
  text: 'Let me look.',
  toolCalls: [{ name: 'lookup', args: { query: 'a rather long question, sent in pieces' } }],
};

const COMPLETE: readonly Api[] = ['openai-compatible', 'openai', 'anthropic'];

/** Frames of the text, head of the message included, are far more than this; those of the call's beginning are fewer. */
const MIDDLE = 8;

/** The frame after which the call of `CALL` has begun and is not complete. */
const IN_CALL: Readonly<Record<string, number>> = { 'openai-compatible': 7, openai: 7, anthropic: 10 };

interface Case {
  readonly places: (api: Api, gate: Gate) => Readonly<Record<string, Place>>;
  readonly gate?: (api: Api) => Gate['at'];
  readonly options?: SceneOptions;
  /** The moment at which the caller leaves. */
  readonly when: (on: HttpScene, seen: Seen, gate: Gate) => Promise<unknown>;
  /** The provider whose request is cut short; none where none is under way. */
  readonly cut?: string;
  readonly rests?: number;
}

/** What the consumer has read so far. */
interface Seen {
  readonly parts: Part[];
  until(match: (part: Part) => boolean): Promise<void>;
}

const told = (on: HttpScene, match: (event: CallEvent) => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (on.events.some(match)) return resolve();
    const push = on.events.push.bind(on.events);
    on.events.push = (...events) => {
      if (events.some(match)) resolve();
      return push(...events);
    };
  });

const isText = (part: Part): boolean => part.type === 'text-delta' && part.delta.trim() !== '';

const before = (at: Gate['at']): Case => ({
  places: (api, gate) => ({ east: { api, script: { ...ANSWER, gate } } }),
  gate: () => at,
  when: (_on, _seen, gate) => gate.reached,
  cut: 'east',
});

/** States in which nothing has been shown yet: only the caller's signal can end them. */
const UNSEEN: Readonly<Record<string, Case>> = {
  'before the head': before('head'),
  'after the head': before(0),
  'in a pause before the next try': {
    places: (api) => ({ east: { api, fault: { do: 'status', status: 529 } } }),
    options: { random: () => 0.99 },
    when: (on) => told(on, ({ type }) => type === 'pause'),
    rests: 1,
  },
  'in a wait for a rest that was told': {
    places: (api) => ({ east: { api, fault: { do: 'status', status: 429, retryAfter: 20 } } }),
    when: (on) => told(on, ({ type }) => type === 'wait'),
    rests: 1,
  },
};

/** States in which the consumer holds a stream. */
const SEEN: Readonly<Record<string, Case>> = {
  'in mid-answer': {
    places: (api, gate) => ({ east: { api, script: { ...ANSWER, gate } } }),
    gate: () => MIDDLE,
    when: (_on, seen, gate) => Promise.all([gate.reached, seen.until(isText)]),
    cut: 'east',
  },
  'while a tool call is held': {
    places: (api, gate) => ({ east: { api, script: { ...CALL, gate } } }),
    gate: (api) => IN_CALL[api]!,
    when: (_on, seen, gate) => Promise.all([gate.reached, seen.until(isText)]),
    cut: 'east',
  },
  'after a withdrawal, before the next head': {
    places: (api, gate) => ({ east: { api, script: ANSWER, fault: { do: 'cut' } }, west: { api, script: { ...ANSWER, gate } } }),
    gate: () => 'head',
    when: (_on, seen, gate) => Promise.all([gate.reached, seen.until(({ type }) => type === 'raw')]),
    cut: 'west',
  },
  'after a withdrawal, in a pause': {
    places: (api) => ({ east: { api, script: ANSWER, fault: { do: 'cut' } }, west: { api, fault: { do: 'status', status: 529 } } }),
    options: { random: () => 0.99 },
    when: (on, seen) => Promise.all([told(on, ({ type }) => type === 'pause'), seen.until(({ type }) => type === 'raw')]),
    rests: 1,
  },
};

/** Nothing of the call is left anywhere, and it was told once, as what it was. */
async function gone(on: HttpScene, { cut, rests = 0 }: Case): Promise<void> {
  if (cut) await on.providers[cut]!.waitFor(({ aborted }: Asked) => aborted);
  await on.over();
  const of = (type: CallEvent['type']) => on.events.filter((event) => event.type === type);
  expect(of('call-end')).toMatchObject([{ record: { outcome: 'cancelled' } }]);
  expect(on.events.at(-1)!.type).toBe('call-end');
  expect(of('attempt-end')).toHaveLength(of('attempt-start').length);
  const [end] = of('call-end');
  const attempts = end?.type === 'call-end' ? end.record.attempts : [];
  expect(attempts).toHaveLength(of('attempt-start').length);
  if (cut) expect(attempts.at(-1)).toMatchObject({ target: `${cut}/small-1`, failure: { kind: 'cancelled' } });
  else expect(attempts.at(-1)!.failure!.kind).not.toBe('cancelled');
  // The caller's own impatience counts against nobody.
  expect(await on.rests()).toHaveLength(rests);
  expect((await on.health.list()).filter(({ belief }) => belief.tag === 'cool')).toEqual([]);
}

/** Runs `act` in a scene; afterwards the process holds what it held before. */
async function inScene(api: Api, one: Case, act: (on: HttpScene, gate: Gate) => Promise<void>): Promise<void> {
  const held = holds();
  const door = gate(one.gate?.(api) ?? 'head');
  {
    await using on = await httpScene(one.places(api, door), one.options);
    await act(on, door);
    await gone(on, one);
  }
  await letGo(held);
}

const request = (signal: AbortSignal) => ({ prompt: PROMPT, tools: TOOLS, abortSignal: signal });

function listen(): { readonly seen: Seen; hear(part: Part): void } {
  const parts: Part[] = [];
  const waiting: { match: (part: Part) => boolean; resolve: () => void }[] = [];
  return {
    hear: (part) => {
      parts.push(part);
      for (const { match, resolve } of waiting) if (match(part)) resolve();
    },
    seen: {
      parts,
      until: (match) => new Promise((resolve) => (parts.some(match) ? resolve() : void waiting.push({ match, resolve }))),
    },
  };
}

beforeAll(async () => {
  for (const api of COMPLETE) {
    await using warm = await httpScene({ east: { api, script: ANSWER } });
    await ask(warm);
  }
});

describe.each(COMPLETE)('the caller’s abort, %s', (api) => {
  it.each(Object.entries(UNSEEN).flatMap(([name, one]) => [[name, 'doStream', one] as const, [name, 'doGenerate', one] as const]))(
    '%s: %s rejects with the caller’s reason, and the provider is let go',
    async (_name, verb, one) => {
      await inScene(api, one, async (on, door) => {
        const stop = new AbortController();
        const work = Promise.resolve(on.model[verb](request(stop.signal)));
        work.catch(() => {});
        await one.when(on, listen().seen, door);
        stop.abort(REASON);
        await expect(work).rejects.toBe(REASON);
        expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
      });
    },
  );

  it.each(Object.keys(SEEN))('%s: a pending read rejects with the caller’s reason, and the provider is let go', async (name) => {
    const one = SEEN[name]!;
    await inScene(api, one, async (on, door) => {
      const stop = new AbortController();
      const { seen, hear } = listen();
      const { stream } = await on.model.doStream(request(stop.signal));
      const reading = (async () => {
        for await (const part of stream) hear(part);
      })();
      reading.catch(() => {});
      await one.when(on, seen, door);
      stop.abort(REASON);
      await expect(reading).rejects.toBe(REASON);
      expect(seen.parts.some(({ type }) => type === 'finish' || type === 'error' || type === 'tool-call')).toBe(false);
      expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    });
  });

  it('in mid-answer, while nobody reads: the provider is let go at once; the next read rejects', async () => {
    const one = SEEN['in mid-answer']!;
    await inScene(api, one, async (on) => {
      const stop = new AbortController();
      const reader = (await on.model.doStream(request(stop.signal))).stream.getReader();
      for (let read = await reader.read(); !read.done && !isText(read.value); read = await reader.read());
      stop.abort(REASON);
      await on.providers['east']!.waitFor(({ aborted }) => aborted);
      // C8: never a clean end of what is not whole.
      await expect(reader.read()).rejects.toBe(REASON);
      expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    });
  });

  it('in mid-answer of a caller that does not stream', async () => {
    const one = SEEN['in mid-answer']!;
    await inScene(api, one, async (on, door) => {
      const stop = new AbortController();
      const work = Promise.resolve(on.model.doGenerate(request(stop.signal)));
      work.catch(() => {});
      await door.reached;
      stop.abort(REASON);
      await expect(work).rejects.toBe(REASON);
      expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    });
  });

  it('before the call: nobody is asked', async () => {
    await using on = await httpScene({ east: { api, script: ANSWER } });
    await expect(on.model.doStream(request(AbortSignal.abort(REASON)))).rejects.toBe(REASON);
    expect(on.providers['east']!.requests).toEqual([]);
  });
});

describe.each(COMPLETE)('the reader’s cancel, %s', (api) => {
  it.each(Object.keys(SEEN))('%s, a read pending: it ends, and the provider is let go', async (name) => {
    const one = SEEN[name]!;
    await inScene(api, one, async (on, door) => {
      const signal = new AbortController().signal;
      const { seen, hear } = listen();
      const reader = (await on.model.doStream(request(signal))).stream.getReader();
      const reading = (async () => {
        for (let read = await reader.read(); !read.done; read = await reader.read()) hear(read.value);
      })();
      await one.when(on, seen, door);
      await reader.cancel(REASON);
      await reading;
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
  });

  it('in mid-answer, no read pending', async () => {
    const one = SEEN['in mid-answer']!;
    await inScene(api, one, async (on) => {
      const reader = (await on.model.doStream(request(new AbortController().signal))).stream.getReader();
      for (let read = await reader.read(); !read.done && !isText(read.value); read = await reader.read());
      await reader.cancel();
    });
  });

  it('of an answer that is whole changes nothing', async () => {
    const held = holds();
    {
      await using on = await httpScene({ east: { api, script: ANSWER } });
      const reader = (await on.model.doStream(request(new AbortController().signal))).stream.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read());
      await reader.cancel(REASON);
      await on.over();
      expect(on.events.filter(({ type }) => type === 'call-end')).toMatchObject([{ record: { outcome: 'done' } }]);
    }
    await letGo(held);
  });
});

describe('while a connection is being made', () => {
  it('the caller’s abort rejects at once and leaves no socket', async () => {
    const held = holds();
    const sockets: Socket[] = [];
    // It accepts and never answers the TLS handshake.
    const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    {
      await using on = await httpScene({ east: { api: 'anthropic', at } });
      const stop = new AbortController();
      const connected = once(server, 'connection');
      const work = Promise.resolve(on.model.doStream(request(stop.signal)));
      work.catch(() => {});
      await connected;
      stop.abort(REASON);
      await expect(work).rejects.toBe(REASON);
      expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
      expect(on.events.at(-1)).toMatchObject({ type: 'call-end', record: { outcome: 'cancelled' } });
      expect(await on.health.list()).toEqual([]);
    }
    await Promise.all(sockets.map((socket) => (socket.closed ? undefined : once(socket.destroy(), 'close'))));
    await new Promise((resolve) => server.close(resolve));
    await letGo(held);
  });

  it('the connect limit is a network failure: the next target answers', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    {
      await using on = await httpScene(
        { east: { api: 'anthropic', at }, west: { api: 'openai', script: ANSWER } },
        { connect: 100, retries: 0 },
      );
      expect(await ask(on)).toMatchObject({ text: TEXT, record: { attempts: [{ failure: { kind: 'network' } }, {}] } });
      expect(await on.rests()).toEqual(['endpoint:east network']);
    }
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a call that fails for good', () => {
  it('leaves nothing behind either', async () => {
    const held = holds();
    {
      await using on = await httpScene({
        east: { api: 'anthropic', fault: { do: 'status', status: 401 } },
        west: { api: 'openai', fault: { do: 'cut' } },
      });
      const signal = new AbortController().signal;
      const failure = await failureOf(on.model.doGenerate(request(signal)));
      expect(failure.record.attempts).toHaveLength(4);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      await on.over();
    }
    await letGo(held);
  });
});

describe('the reader’s cancel while a lease is asked for', () => {
  it('begins no attempt and leaves no timer, though the lease is granted afterwards', async () => {
    const asked = Promise.withResolvers<void>();
    const granted = Promise.withResolvers<void>();
    class Slow extends MemoryHealth {
      override claim(...args: Parameters<MemoryHealth['claim']>): never {
        asked.resolve();
        // Stores may answer late: the port allows a promise.
        return granted.promise.then(() => super.claim(...args)) as never;
      }
    }
    const health = new Slow();
    const answer = { text: 'one two three four five six', fails: { fail: 'unknown' as const, afterParts: 5 } };
    const { clock, model, models, events } = scene({ a: answer, b: { text: 'whole' } }, { onPartial: 'restart', health, retries: 0 });
    const b = { entry: 'lab/b', model: 'b', credential: 'lab/b#key', account: 'lab/b#key', group: 'b' };
    const overload = {
      outcome: { kind: 'overload' as const, facts: {} },
      verdict: 'fact' as const,
      phase: 'end' as const,
      began: clock.now(),
      chance: 0,
    };
    health.report(b, overload, clock.now());
    await clock.run(
      (async () => {
        const reader = (await model.doStream({ prompt: PROMPT })).stream.getReader();
        const reading = (async () => {
          while (!(await reader.read()).done);
        })();
        await asked.promise;
        await reader.cancel();
        granted.resolve();
        await reading;
      })(),
    );
    expect(models['b']!.requests).toEqual([]);
    expect([clock.armed, clock.asleep]).toEqual([0, 0]);
    expect(events.at(-1)).toMatchObject({
      type: 'call-end',
      record: { outcome: 'cancelled', attempts: [{ failure: { kind: 'unknown' } }] },
    });
  });
});

describe('a model that does not heed its signal', () => {
  it('is let go when it answers after all', async () => {
    const asked = Promise.withResolvers<void>();
    const answers = Promise.withResolvers<ReadableStream<Part>>();
    const cancelled = Promise.withResolvers<unknown>();
    const deaf: Model = {
      specificationVersion: 'v4',
      provider: 'lab',
      modelId: 'deaf',
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error('not asked for')),
      doStream: async () => {
        asked.resolve();
        return { stream: await answers.promise };
      },
    };
    const stop = new AbortController();
    const work = Promise.resolve(holdfast({ models: [deaf] }).doStream(request(stop.signal)));
    work.catch(() => {});
    await asked.promise;
    stop.abort(REASON);
    await expect(work).rejects.toBe(REASON);
    answers.resolve(new ReadableStream<Part>({ cancel: (reason) => cancelled.resolve(reason) }));
    expect(await cancelled.promise).toBe(REASON);
  });
});
