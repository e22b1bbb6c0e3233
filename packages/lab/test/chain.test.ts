import { describe, expect, it } from 'vitest';
import { AFTER_TOOL, failureOf, PROMPT, scene, tell } from './scene.ts';

const WHOLE = 'one two three four five six';
const healthy = { text: WHOLE };

describe('chain', () => {
  it('answers whole and once from the first target', async () => {
    const { clock, model, models } = scene({ a: healthy, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ text: WHOLE, finish: 'stop', withdrawn: 0, record: { outcome: 'done', target: 'lab/a', marks: [] } });
    expect(models['b']!.requests).toHaveLength(0);
    expect(clock.armed).toBe(0);
  });

  it('passes a failing target over and says why', async () => {
    const { clock, model, events } = scene({ a: { text: '', fails: { fail: 'auth' } }, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(told.record?.attempts.map(({ target, failure }) => [target, failure?.kind])).toEqual([
      ['lab/a', 'auth'],
      ['lab/b', undefined],
    ]);
    expect(events.find(({ type }) => type === 'switch')).toMatchObject({ from: 'lab/a', to: 'lab/b', failure: { kind: 'auth' } });
    expect(events.map(({ type }) => type)).toEqual([
      'call-start',
      'attempt-start',
      'attempt-end',
      'switch',
      'attempt-start',
      'attempt-commit',
      'attempt-end',
      'call-end',
    ]);
  });

  it('a wait tells what made the call wait, before the wait', async () => {
    const limited = { text: '', fails: { fail: 'rate-limit' as const, facts: { retryAt: 1_700_000_020_000, detail: 'slowly' } } };
    const { clock, model, events } = scene({ a: [limited, healthy] });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(events.find(({ type }) => type === 'wait')).toMatchObject({
      target: 'lab/a',
      from: 'lab/a',
      failure: { kind: 'rate-limit', detail: 'slowly' },
    });
  });

  it('P2: tries the same target again after a pause, at most retries times', async () => {
    const { clock, model, models, events } = scene({ a: { text: '', fails: { fail: 'overload' } }, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(models['a']!.requests).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'pause')).toMatchObject([
      { tries: 1, of: 2, ms: 100 },
      { tries: 2, of: 2, ms: 200 },
    ]);
  });

  it('does not ask a resting target while another is usable, and probes it once when its rest is over', async () => {
    const { clock, model, models } = scene({
      a: [{ text: '', fails: { fail: 'rate-limit', facts: { retryAt: 1_700_000_060_000 } } }, healthy],
      b: healthy,
    });
    let session = 0;
    const ask = () => {
      // Each a conversation of its own: one that had moved would stay (P8).
      const providerOptions = { holdfast: { session: `${++session}` } };
      return clock.run(model.doStream({ prompt: PROMPT, providerOptions }).then(({ stream }) => tell(stream)));
    };
    expect((await ask()).record?.target).toBe('lab/b');
    expect((await ask()).record).toMatchObject({ target: 'lab/b', skips: [{ target: 'lab/a' }] });
    expect(models['a']!.requests).toHaveLength(1);
    await clock.run(clock.sleep(70_000, new AbortController().signal));
    expect((await ask()).record).toMatchObject({ target: 'lab/a', attempts: [{ probe: true }] });
    expect((await ask()).record?.attempts[0]).not.toHaveProperty('probe');
    expect(clock.armed).toBe(0);
  });

  it('C5 fail: a break after the first text ends in a typed error with what was shown', async () => {
    const { clock, model } = scene({ a: { ...healthy, fails: { fail: 'server', afterParts: 5 } }, b: healthy }, { onPartial: 'fail' });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.failure).toMatchObject({ kind: 'server', salvaged: told.text });
    expect(told.text.length).toBeGreaterThan(0);
    expect(told.finish).toBeUndefined();
  });

  it('C5 restart: what was shown is withdrawn, then the answer comes whole from elsewhere', async () => {
    const { clock, model, events } = scene(
      { a: { ...healthy, fails: { fail: 'server', afterParts: 5 } }, b: healthy },
      { onPartial: 'restart' },
    );
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ text: WHOLE, finish: 'stop', withdrawn: 1, record: { target: 'lab/b' } });
    expect(told.types.indexOf('text-end')).toBeLessThan(told.types.indexOf('raw'));
    expect(events.filter(({ type }) => type === 'withdrawn')).toHaveLength(1);
  });

  it('a caller that does not stream sees nothing of a break', async () => {
    const { clock, model } = scene({ a: { ...healthy, fails: { fail: 'server', afterParts: 5 } }, b: healthy });
    const result = await clock.run(Promise.resolve(model.doGenerate({ prompt: PROMPT })));
    expect(result.content).toEqual([{ type: 'text', text: WHOLE }]);
    expect(result.finishReason.unified).toBe('stop');
  });

  it('C7: a break after a completed call ends the turn with it; nobody is asked again', async () => {
    const call = { text: 'let me look', toolCalls: [{ name: 'look', args: {} }] };
    const { clock, model, models } = scene({ a: { ...call, fails: { stop: 'no-finish' } }, b: healthy }, { onPartial: 'restart' });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ calls: ['look'], finish: 'tool-calls', withdrawn: 0, record: { marks: ['closed-after-tools'] } });
    expect(models['b']!.requests).toHaveLength(0);
  });

  it('E4: an empty answer is none; after a tool result it is one once two targets said so', async () => {
    const empty = { text: '' };
    const one = scene({ a: empty, b: healthy });
    expect((await one.clock.run(one.model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)))).text).toBe(WHOLE);
    const two = scene({ a: empty, b: empty });
    const told = await two.clock.run(two.model.doStream({ prompt: AFTER_TOOL }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ text: '', finish: 'stop', record: { outcome: 'done', marks: ['empty-turn'] } });
  });

  it('C4: a target that says nothing is left after first_token, one that stalls after stall; time is counted while somebody waits', async () => {
    const { clock, model, events } = scene({ a: { ...healthy, fails: { stop: 'hang' } }, b: healthy }, { timeouts: { firstToken: '5s' } });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(events.find(({ type }) => type === 'attempt-end')).toMatchObject({ ms: 5000, failure: { kind: 'timeout' } });
    const stalls = scene(
      { a: { ...healthy, fails: { stop: 'hang', afterParts: 5 } }, b: healthy },
      { onPartial: 'restart', timeouts: { stall: 700 } },
    );
    const second = await stalls.clock.run(stalls.model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(second).toMatchObject({ text: WHOLE, withdrawn: 1 });
    expect(second.record?.attempts[0]).toMatchObject({ ms: 700, failure: { kind: 'timeout', facts: { limit: 'stall' } } });
  });

  it('C3: a slow consumer is no stall, and nothing is read ahead of it', async () => {
    const { clock, model, models } = scene({ a: healthy }, { timeouts: { stall: 700 } });
    await clock.run(
      model.doStream({ prompt: PROMPT }).then(async ({ stream }) => {
        const reader = stream.getReader();
        await reader.read();
        const pulled = models['a']!.pulled;
        await clock.sleep(60_000, new AbortController().signal);
        expect(models['a']!.pulled).toBe(pulled);
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          expect(value.type).not.toBe('error');
        }
      }),
    );
    expect(clock.armed).toBe(0);
  });

  it('P7: when nobody can answer, the error names every attempt and is of the deciding kind', async () => {
    const { clock, model } = scene({ a: { text: '', fails: { fail: 'auth' } }, b: { text: '', fails: { fail: 'model-missing' } } });
    const failure = await clock.run(failureOf(model.doStream({ prompt: PROMPT })));
    expect(failure.record.attempts.map(({ target }) => target)).toEqual(['lab/a', 'lab/b']);
    expect(failure.message).toContain('lab/a');
    expect(failure.message).toContain('lab/b');
  });

  it('H5: two endpoints that fail one request alike are both acquitted', async () => {
    const { clock, model, health } = scene({ a: { text: '', fails: { fail: 'empty' } }, b: { text: '', fails: { fail: 'malformed' } } });
    const failure = await clock.run(failureOf(model.doStream({ prompt: PROMPT })));
    expect(failure.record.marks).toContain('request-suspect');
    expect(health.list()).toEqual([]);
  });

  it('H5: a suspicion is proven when another target answers the same call', async () => {
    const { clock, model, health } = scene({ a: { text: '', fails: { fail: 'server' } }, b: healthy }, { retries: 0 });
    await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect((await health.list()).map(({ scope, belief }) => [scope, belief.tag])).toEqual([['endpoint:lab/a/a', 'resting']]);
  });
});

describe('cancel', () => {
  const reason = new Error('enough');

  it.each([
    ['before the first part', { fails: { stop: 'hang' as const } }],
    ['in a pause', { fails: { fail: 'overload' as const } }],
    ['in mid-answer', { fails: { stop: 'hang' as const, afterParts: 5 } }],
  ])('reaches everybody at once: %s', async (_when, fault) => {
    const { clock, model, models, events } = scene({ a: { ...healthy, ...fault } });
    const stop = new AbortController();
    const work = model.doStream({ prompt: PROMPT, abortSignal: stop.signal }).then(({ stream }) => tell(stream));
    const cut = clock.sleep(50, new AbortController().signal).then(() => stop.abort(reason));
    await expect(clock.run(Promise.all([work, cut]))).rejects.toBe(reason);
    expect(models['a']!.open).toBe(0);
    expect(clock.now() - 1_700_000_000_000).toBe(50);
    expect([clock.armed, clock.asleep]).toEqual([0, 0]);
    expect(events.filter(({ type }) => type === 'call-end')).toMatchObject([{ record: { outcome: 'cancelled' } }]);
  });

  it('by the reader reaches the provider and leaves nothing behind', async () => {
    const { clock, model, models, events } = scene({ a: healthy });
    await clock.run(
      model.doStream({ prompt: PROMPT }).then(async ({ stream }) => {
        const reader = stream.getReader();
        await reader.read();
        await reader.cancel(reason);
      }),
    );
    expect(models['a']!.open).toBe(0);
    expect(clock.armed).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'call-end', record: { outcome: 'cancelled' } });
  });

  it('while nobody reads ends the call all the same', async () => {
    const { clock, model, models, events } = scene({ a: healthy });
    const stop = new AbortController();
    await clock.run(
      model.doStream({ prompt: PROMPT, abortSignal: stop.signal }).then(async ({ stream }) => {
        const reader = stream.getReader();
        await reader.read();
        stop.abort(reason);
      }),
    );
    expect(models['a']!.open).toBe(0);
    expect(clock.armed).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'call-end', record: { outcome: 'cancelled' } });
  });
});

describe('many calls', () => {
  it('20 calls at once over [503, healthy, 500] give 20 answers, and one strike', async () => {
    const { clock, model, health } = scene({
      a: { text: '', fails: { fail: 'overload', facts: { status: 503 } } },
      b: healthy,
      c: { text: '', fails: { fail: 'server' } },
    });
    const all = await clock.run(
      Promise.all(Array.from({ length: 20 }, () => model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)))),
    );
    expect(all.map(({ text, finish }) => [text, finish])).toEqual(Array.from({ length: 20 }, () => [WHOLE, 'stop']));
    expect(new Set(all.map(({ record }) => record?.id)).size).toBe(20);
    expect(await health.list()).toMatchObject([{ scope: 'endpoint:lab/a/a', belief: { strikes: 1 } }]);
  });
});

describe('repairs', () => {
  it('a refusal that names a repair nobody can make is not sent again unchanged', async () => {
    const refused = { text: '', fails: { fail: 'bad-request' as const, facts: { status: 400, repair: 'unheard-of' } } };
    const { clock, model, models } = scene({ a: refused, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(models['a']!.requests).toHaveLength(1);
  });

  it('E4: reasoning that ate the budget is asked once more for less, then passed on', async () => {
    const thinks = { reasoning: 'hm', text: '', finish: 'length' as const };
    const { clock, model, models } = scene({ a: thinks, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT, reasoning: 'high' }).then(({ stream }) => tell(stream)));
    expect(told).toMatchObject({ text: '', finish: 'length', record: { target: 'lab/a' } });
    expect(models['a']!.requests.map(({ reasoning }) => reasoning)).toEqual(['high', 'low']);
    expect(models['b']!.requests).toHaveLength(0);
  });
});

describe('suspicion', () => {
  it('H5: a target that fails and then answers the same call itself is acquitted', async () => {
    const { clock, model, health } = scene({ a: [{ text: '', fails: { fail: 'server' } }, healthy], b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.record?.target).toBe('lab/a');
    expect(await health.list()).toEqual([]);
  });
});

describe('what is held back', () => {
  it('C1: white space of an attempt that broke after reasoning does not stay in the answer', async () => {
    const breaks = {
      parts: [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'hm' },
        { type: 'reasoning-end', id: 'r' },
        { type: 'text-start', id: 't' },
        { type: 'text-delta', id: 't', delta: '\n\n' },
        { type: 'error', error: new Error('gone') },
      ] as const,
    };
    const { clock, model } = scene({ a: breaks, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(told.types.filter((type) => type === 'text-start')).toHaveLength(1);
  });

  it('C7: pieces of a call that never ends stay unseen, however many, and whatever stands between them', async () => {
    const delta = 'x'.repeat(100_000);
    const pieces = Array.from({ length: 4 }).flatMap(() => [
      { type: 'raw', rawValue: {} } as const,
      { type: 'tool-input-delta', id: 'c', delta } as const,
    ]);
    const breaks = {
      parts: [
        { type: 'tool-input-start', id: 'c', toolName: 'look' } as const,
        ...pieces,
        { type: 'error', error: new Error('gone') } as const,
      ],
    };
    const { clock, model } = scene({ a: breaks, b: healthy });
    const told = await clock.run(model.doStream({ prompt: PROMPT, includeRawChunks: true }).then(({ stream }) => tell(stream)));
    expect(told.text).toBe(WHOLE);
    expect(told.types.filter((type) => type.startsWith('tool-'))).toEqual([]);
  });

  it('C3: time in which nobody reads after a withdrawal is nobody’s', async () => {
    const { clock, model } = scene({ a: { ...healthy, fails: { fail: 'server', afterParts: 5 } }, b: healthy }, { onPartial: 'restart' });
    const told = await clock.run(
      model.doStream({ prompt: PROMPT }).then(async ({ stream }) => {
        const reader = stream.getReader();
        for (;;) {
          const { value } = await reader.read();
          if (value?.type === 'raw') break;
        }
        await clock.sleep(3_600_000, new AbortController().signal);
        reader.releaseLock();
        return tell(stream);
      }),
    );
    expect(told).toMatchObject({ text: WHOLE, finish: 'stop' });
  });
});

describe('probes and witnesses', () => {
  it('E4, H5: targets that agree on an empty turn are not rested for it', async () => {
    const { clock, model, health } = scene({ a: { text: '' }, b: { text: '' } });
    await clock.run(model.doStream({ prompt: AFTER_TOOL }).then(({ stream }) => tell(stream)));
    expect(await health.list()).toEqual([]);
  });

  it('H5, H6: a lease on the account makes no fact of what the model does', async () => {
    const limited = { text: '', fails: { fail: 'rate-limit' as const, facts: { retryAt: 1_700_000_060_000 } } };
    const { clock, model, health } = scene({ a: [limited, { text: '', fails: { fail: 'server' } }] }, { retries: 0, patience: 0 });
    await clock.run(failureOf(model.doStream({ prompt: PROMPT })));
    await clock.run(clock.sleep(70_000, new AbortController().signal));
    await clock.run(failureOf(model.doStream({ prompt: PROMPT })));
    const tags = (await health.list()).map(({ scope, belief }) => [scope, belief.tag]);
    expect(tags).toContainEqual(['endpoint:lab/a/a', 'cool']);
  });

  it('C2: usage that nobody told is estimated, on the finish part too, and marked', async () => {
    const untold = {
      parts: [
        { type: 'text-start', id: 't' },
        { type: 'text-delta', id: 't', delta: WHOLE },
        { type: 'text-end', id: 't' },
        {
          type: 'finish',
          finishReason: { unified: 'stop', raw: 'stop' },
          usage: {
            inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
            outputTokens: { total: undefined, text: undefined, reasoning: undefined },
          },
        },
      ] as const,
    };
    const { clock, model } = scene({ a: untold });
    const result = await clock.run(Promise.resolve(model.doGenerate({ prompt: PROMPT })));
    expect(result.usage.outputTokens.total).toBeGreaterThan(0);
    expect(result.providerMetadata?.['holdfast']).toMatchObject({ marks: ['usage-estimated'], usage: { estimated: true } });
  });
});
