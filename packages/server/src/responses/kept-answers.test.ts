import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core';
import { responsesProtocol, type JsonObject } from '@holdfast/core/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptAnswers } from './kept-answers.ts';
import { rawJson } from '../rules/raw-json.ts';

const MOST = 20_000;
let folder = '';
let kept: KeptAnswers;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-kept-'));
  kept = new KeptAnswers({ clock: systemClock, random: Math.random, state: folder, say: () => {}, keep: () => 60_000, most: () => MOST });
});
afterEach(async () => {
  await kept.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (json: JsonObject) => kept.prepare(responsesProtocol, rawJson(Buffer.from(JSON.stringify(json)), 50), 'ann');

/** A turn whose answer is kept. */
async function turn(id: string, json: JsonObject, text = 'an answer') {
  const prepared = await ask(json);
  const output = [
    { type: 'reasoning', id: `rs_${id}`, summary: [], encrypted_content: `opaque-${id}` },
    { type: 'message', id: `msg_${id}`, text },
  ];
  prepared.kept!({ id, status: 'completed', output });
  while (!(await kept.store!.get('ann', id)));
}

it('the bytes of a request that goes on from another are those of the whole', async () => {
  await turn('resp_1', { input: 'the first question' });
  const { body } = await ask({ input: 'and then?', previous_response_id: 'resp_1' });
  const text = body.bytes.toString();
  expect(JSON.parse(text)).toEqual(body.json);
  // What it is estimated by, and what is looked for in it: who made an opaque value (T1).
  for (const part of ['the first question', 'opaque-resp_1', 'an answer', 'and then?']) expect(text).toContain(part);
});

const TOO_MUCH = { name: 'BadRequest', code: 'context_length_exceeded' };

it('a line of responses that is larger than a request may be is not put together', async () => {
  let previous = '';
  for (let nth = 1; nth <= 4; nth++) {
    await turn(`resp_${nth}`, { input: 'x'.repeat(6_000), ...(previous !== '' && { previous_response_id: previous }) });
    previous = `resp_${nth}`;
    if (nth === 3) expect((await ask({ input: 'y', previous_response_id: previous })).body.bytes.length).toBeGreaterThan(18_000);
  }
  await expect(ask({ input: 'y', previous_response_id: previous })).rejects.toMatchObject({ ...TOO_MUCH, param: 'previous_response_id' });
});

it('nor is an item that is named over and over', async () => {
  await turn('resp_1', { input: 'hi' }, 'z'.repeat(5_000));
  const input = (times: number) => Array.from({ length: times }, () => ({ type: 'item_reference', id: 'msg_resp_1' }));
  expect((await ask({ input: input(3) })).body.bytes.length).toBeGreaterThan(15_000);
  await expect(ask({ input: input(200) })).rejects.toMatchObject({ ...TOO_MUCH, param: 'input' });
});
