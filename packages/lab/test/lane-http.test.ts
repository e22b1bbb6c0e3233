import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { holdfast, laneRegistry, tiers } from '@holdfast/core';
import type { LaneEvent } from '@holdfast/core/engine';
import { scriptedModel, VirtualClock, type ScriptedModel } from '@holdfast/lab';
import { expect, it } from 'vitest';
import { PROMPT } from './scene.ts';

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

it("over HTTP: what the answers' heads tell holds the calls of a lane back until the reset", async () => {
  const RESET_MS = 700;
  let left = 4;
  let resetAt = 0;
  const early: number[] = [];
  const server = createServer((_, res) => {
    const now = Date.now();
    resetAt ||= now + RESET_MS;
    if (now < resetAt && left === 0) early.push(resetAt - now);
    left = now < resetAt ? left - 1 : 59;
    const headers = {
      'content-type': 'text/event-stream',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': String(Math.max(0, left)),
      'x-ratelimit-reset-requests': `${Math.max(1, resetAt - now)}ms`,
    };
    res.writeHead(200, headers);
    res.end(`${chunk({ role: 'assistant', content: 'hello' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const events: LaneEvent[] = [];
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 8 } }, { emit: (event) => events.push(event) });
    const model = holdfast({ models: [createOpenAICompatible({ name: 'east', baseURL, apiKey: 'k' })('m')], lanes, retries: 0 });
    await model.doGenerate({ prompt: PROMPT });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => model.doGenerate({ prompt: PROMPT })));
    expect(answers.map(({ content }) => content)).toEqual(Array.from({ length: 5 }, () => [expect.objectContaining({ text: 'hello' })]));
    // A millisecond of ours may begin before one of theirs.
    expect(early.filter((ms) => ms > 5)).toEqual([]);
    expect(events.filter(({ queueWaitMs }) => queueWaitMs > 50)).toHaveLength(2);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it('tiers that are given lanes share them', async () => {
  const clock = new VirtualClock();
  const beside: number[] = [];
  const model: ScriptedModel = scriptedModel({
    provider: 'lab',
    clock,
    script: () => {
      beside.push(model.open);
      return { text: 'x', after: 10 };
    },
  });
  const named = tiers({
    resolve: () => model,
    clock,
    fallbacks: { fast: 'lab/scripted', smart: 'lab/scripted' },
    lanes: { one: { match: ['*'], concurrency: 1 } },
  });
  const [fast, smart] = [named.model('fast'), named.model('smart')];
  await clock.run(Promise.all([fast, smart, fast, smart].map((tier) => tier.doGenerate({ prompt: PROMPT }))));
  expect(beside).toEqual([0, 0, 0, 0]);
});
