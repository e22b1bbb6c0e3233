import { isCallFailure, type CallFailure } from '@holdfast/core';
import type { ModelAnswer } from '@holdfast/lab';
import { LoadAPIKeyError } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { failureOf, PROMPT, scene, tell } from './scene.ts';

const healthy: ModelAnswer = { text: 'here it is' };
const missing = new LoadAPIKeyError({
  message: "OpenAI API key is missing. Pass it using the 'apiKey' parameter or the OPENAI_API_KEY environment variable.",
});

const ask = (on: ReturnType<typeof scene>) => on.clock.run(on.model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)));

describe('keys of library models, which nobody but their package sees', () => {
  it('a key that is not there was refused by nobody: nothing is believed, and the next call may find it', async () => {
    const on = scene({ a: [{ text: '', fails: { fail: missing } }, healthy] });
    const failure = await failureOf(ask(on));
    expect(failure).toMatchObject({ kind: 'auth', facts: { sent: false } });
    expect(failure.message).toContain('OPENAI_API_KEY is not set');
    expect(await on.health.list()).toEqual([]);
    expect(await ask(on)).toMatchObject({ text: 'here it is' });
  });

  it('a refused one rests for a minute first: it may be another by then', async () => {
    const on = scene({ a: [{ text: '', fails: { fail: 'auth', facts: { status: 401 } } }, healthy] });
    const failure: CallFailure = await failureOf(ask(on));
    expect(isCallFailure(failure) && failure.record.retryAt! - on.clock.now()).toBeLessThanOrEqual(72_000);
    await on.clock.run(on.clock.sleep(75_000, new AbortController().signal));
    expect(await ask(on)).toMatchObject({ text: 'here it is' });
  });
});

describe('C4 total: time without progress, wherever it passes', () => {
  it('an answer that stands still for longer than the call has left is over, and nobody is blamed', async () => {
    const on = scene(
      { a: { text: 'one two three four', fails: { stop: 'hang', afterParts: 5 } }, b: healthy },
      { timeouts: { total: 400, stall: 5000 } },
    );
    const began = on.clock.now();
    const told = await ask(on);
    expect(told.failure).toMatchObject({ kind: 'timeout', salvaged: told.text });
    expect(told.failure!.record.attempts[0]).toMatchObject({ failure: { facts: { limit: 'total', shortened: true } } });
    expect(on.clock.now() - began).toBeLessThanOrEqual(450);
    expect(await on.health.list()).toEqual([]);
    expect(on.clock.armed).toBe(0);
  });

  it('a call’s own deadline counts so too; what goes on is not cut', async () => {
    const on = scene({ a: { text: 'one two three four', fails: { stop: 'hang', afterParts: 5 } } });
    const work = on.model.doStream({ prompt: PROMPT, providerOptions: { holdfast: { total: 300 } } }).then(({ stream }) => tell(stream));
    expect((await on.clock.run(work)).failure).toMatchObject({ kind: 'timeout' });
    const slow = scene({ a: { text: 'one two three four five six seven', every: 100 } }, { timeouts: { total: 1000 } });
    expect(await ask(slow)).toMatchObject({ finish: 'stop' });
  });
});
