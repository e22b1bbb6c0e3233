import { expect, it } from 'vitest';
import { ask, parts, resolved, textOf, typesOf } from '../../test/asking.ts';
import { rawServer, stream } from '../../test/raw-server.ts';
import { HAPPY } from '../../test/wire-shapes.ts';

const CASES = [
  ['openai-chat', 'openai-compatible'],
  ['openai-chat', 'openai'],
  ['anthropic-messages', undefined],
  ['openai-responses', undefined],
  ['google', undefined],
] as const;

/** Frames after which the finish reason has been said: the answer is whole from there on. */
const SAID = /"finish_reason":"tool_calls"|"stop_reason":"tool_use"|"type":"response.completed"|"finishReason":"STOP"/;

it.each(CASES)('a break at every frame of an answer of %s (%s): whole or truncated, never doubled, no half call', async (api, chat) => {
  const all = HAPPY[api].split(/(?<=\n\n)/);
  for (const then of ['cut', 'end'] as const) {
    for (let n = 0; n <= all.length; n++) {
      const sent = all.slice(0, n).join('');
      await using server = await rawServer((response) => stream(response, sent, then));
      const got = await parts(ask(resolved({ name: 'lab', api, base_url: `${server.url}/v1` }), chat ? { chat } : {}));
      const whole = SAID.test(sent);
      expect('Hello world'.startsWith(textOf(got))).toBe(true);
      expect(typesOf(got).filter((type) => type === 'finish' || type === 'error')).toEqual([whole ? 'finish' : 'error']);
      if (!whole) expect(got.at(-1)).toMatchObject({ error: { kind: 'truncated' } });
      const calls = got.filter((part) => part.type === 'tool-call');
      expect(calls.every((call) => call.input === '{"at":"x"}')).toBe(true);
      if (whole) expect([textOf(got), calls.length]).toEqual(['Hello world', 1]);
    }
  }
});
