import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../outage.ts';
import { always } from '../outage.ts';
import { texts } from '../texts.data.ts';
import type { LabAnswer } from './decide.ts';
import { PROTOCOLS, type ProtocolName } from './protocol.ts';
import { hear, payloads, type Heard, type Loose, type RawRequest } from './raw-client.ts';
import { labProvider, type LabProvider } from './server.ts';

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

async function provider(protocol: ProtocolName, fault?: Fault, answer: LabAnswer = { text: texts.plain }): Promise<LabProvider> {
  const rules = fault ? [always('east/small-1', fault)] : [];
  const made = await labProvider({ name: 'east', protocol, script: answer, outage: { rules }, pingMs: 1 });
  open.push(made);
  return made;
}

const ask = async (protocol: ProtocolName, fault?: Fault, asked?: RawRequest, answer?: LabAnswer): Promise<Heard> =>
  hear(await provider(protocol, fault, answer), protocol, asked);

/** The text an innocent reader would make of the frames, its finish, and the calls it saw. */
function read(protocol: ProtocolName, text: string) {
  const rows = payloads(text).filter((row) => typeof row === 'object');
  const shapes = {
    'openai-chat': (row: Loose) => [row.choices?.[0]?.delta?.content, row.choices?.[0]?.finish_reason, row.choices?.[0]?.delta?.tool_calls],
    'anthropic-messages': (row: Loose) => [row.delta?.text, row.delta?.stop_reason, row.delta?.partial_json ?? row.content_block?.name],
    'openai-responses': (row: Loose) => [
      row.type === 'response.output_text.delta' ? row.delta : '',
      row.type === 'response.completed' ? 'completed' : undefined,
      row.item?.type === 'function_call' || row.type.startsWith('response.function_call'),
    ],
    google: (row: Loose) => {
      const parts = row.candidates?.[0]?.content?.parts ?? [];
      return [
        parts.map((part: Loose) => (part.thought ? '' : (part.text ?? ''))).join(''),
        row.candidates?.[0]?.finishReason,
        parts[0]?.functionCall,
      ];
    },
  };
  const seen = rows.map(shapes[protocol]);
  return {
    text: seen.map(([piece]) => piece ?? '').join(''),
    finish: seen.map(([, finish]) => finish).find(Boolean) as string | undefined,
    calls: seen.filter(([, , call]) => Boolean(call)).length,
    error: rows.find((row) => row.error)?.error,
  };
}

const TERMINATOR: Record<ProtocolName, RegExp> = {
  'openai-chat': /data: \[DONE\]\n\n$/,
  'anthropic-messages': /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/,
  'openai-responses': /event: response\.completed\ndata: .*\n\n$/,
  google: /"finishReason":"STOP".*\r\n\r\n$/,
};

describe.each(PROTOCOLS)('%s, streaming', (protocol) => {
  it('healthy: the whole text once, a finish, the terminator', async () => {
    const heard = await ask(protocol);
    expect(heard).toMatchObject({ status: 200, complete: true, error: undefined });
    expect(heard.headers['content-type']).toContain('text/event-stream');
    expect(read(protocol, heard.text)).toMatchObject({ text: texts.plain, finish: expect.any(String), error: undefined });
    expect(heard.text).toMatch(TERMINATOR[protocol]);
  });

  it.each(['reset', 'refused'] as const)('%s: not a byte', async (name) => {
    expect(await ask(protocol, { do: name })).toMatchObject({ status: undefined, text: '', error: 'ECONNRESET' });
  });

  it('no-headers: nothing at all until the client hangs up', async () => {
    const east = await provider(protocol, { do: 'no-headers' });
    const gone = new AbortController();
    const asking = fetch(east.url + (protocol === 'google' ? '/models/small-1:generateContent' : pathOf[protocol]), {
      method: 'POST',
      body: JSON.stringify({
        model: 'small-1',
        messages: [{ role: 'user', content: 'x' }],
        input: 'x',
        contents: [{ parts: [{ text: 'x' }] }],
      }),
      signal: gone.signal,
    });
    await east.waitFor(({ nth }) => nth === 1);
    gone.abort();
    await expect(asking).rejects.toThrow(/abort/);
    expect(await east.waitFor(({ aborted }) => aborted)).toMatchObject({ status: undefined, frames: 0, state: 'aborted' });
  });

  it('silence: the head, then nothing', async () => {
    const heard = await ask(protocol, { do: 'silence' }, { until: () => true });
    expect(heard).toMatchObject({ status: 200, text: '', complete: false });
  });

  it('pings: for ever, and nothing that counts as content', async () => {
    const heard = await ask(protocol, { do: 'pings' }, { until: (text) => text.split(/\r?\n\r?\n/).length > 5 });
    expect(heard.status).toBe(200);
    expect(read(protocol, heard.text)).toMatchObject({ text: '', finish: undefined });
    expect(heard.text).toMatch(/^(: |event: ping|event: keepalive)/);
  });

  it('error-first: an error is the first event and the stream ends properly', async () => {
    const heard = await ask(protocol, { do: 'error-first' });
    expect(heard).toMatchObject({ status: 200, complete: true });
    expect(payloads(heard.text)).toHaveLength(1);
    expect(read(protocol, heard.text).error).toBeTruthy();
  });

  it('role-then-error: the opening frames, then the error', async () => {
    const heard = await ask(protocol, { do: 'role-then-error', reason: 'server' });
    const rows = payloads(heard.text);
    expect(rows.length).toBeGreaterThan(protocol === 'google' ? 0 : 1);
    expect(read(protocol, heard.text)).toMatchObject({ text: '', finish: undefined, error: expect.anything() });
    expect(JSON.stringify(rows.at(-1))).toMatch(/error/);
  });

  it('empty: a finish without content; with an empty body not even that', async () => {
    const heard = await ask(protocol, { do: 'empty' });
    expect(read(protocol, heard.text)).toMatchObject({ text: '', calls: 0, finish: expect.any(String) });
    expect(heard.text).toMatch(TERMINATOR[protocol]);
    expect(await ask(protocol, { do: 'empty', body: '' })).toMatchObject({ status: 200, text: '', complete: true });
  });

  it('json-error: 200 with a JSON error object', async () => {
    const heard = await ask(protocol, { do: 'json-error' });
    expect(heard).toMatchObject({ status: 200, complete: true });
    expect(heard.headers['content-type']).toBe('application/json');
    expect(JSON.parse(heard.text).error).toBeTruthy();
  });

  it.each([undefined, 200])('html %s', async (status) => {
    const heard = await ask(protocol, { do: 'html', ...(status && { status }) });
    expect(heard.status).toBe(status ?? 502);
    expect(heard.headers['content-type']).toBe('text/html');
    expect(heard.text).toMatch(/^<html>/);
  });

  it('reasoning-break: thoughts, then the socket is cut', async () => {
    const heard = await ask(protocol, { do: 'reasoning-break' });
    expect(heard).toMatchObject({ status: 200, complete: false, error: 'ECONNRESET' });
    expect(heard.text).toMatch(/Let/);
    expect(read(protocol, heard.text)).toMatchObject({ text: '', finish: undefined });
  });

  it.each(['error-event', 'cut', 'clean-end'] as const)('%s: about half of the text, no finish', async (name) => {
    const heard = await ask(protocol, { do: name });
    const { text, finish, error } = read(protocol, heard.text);
    expect(text.length).toBeGreaterThan(texts.plain.length * 0.3);
    expect(text.length).toBeLessThan(texts.plain.length * 0.7);
    expect(texts.plain.startsWith(text)).toBe(true);
    expect(finish).toBeUndefined();
    expect(heard.complete).toBe(name !== 'cut');
    expect(Boolean(error)).toBe(name === 'error-event');
  });

  it('stall: half of the text, then nothing, the connection open', async () => {
    const east = await provider(protocol, { do: 'stall', afterFrames: 12 });
    const stalled = east.waitFor(({ frames }) => frames === 12);
    const heard = hear(east, protocol, { until: (text) => payloads(text).length >= 12 });
    expect(await stalled).toMatchObject({ state: 'open' });
    expect((await heard).complete).toBe(false);
    expect(await east.waitFor(({ aborted }) => aborted)).toMatchObject({ frames: 12 });
  });

  it('bad-frame: one frame does not parse, the others come', async () => {
    const whole = payloads((await ask(protocol)).text);
    const heard = payloads((await ask(protocol, { do: 'bad-frame' })).text);
    const broken = heard.flatMap((row, i) => (typeof row === 'string' && row !== '[DONE]' ? [i] : []));
    expect(broken).toHaveLength(1);
    expect(heard).toHaveLength(whole.length);
    const shape = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row).replaceAll(/"created(_at)?":\d+/g, ''));
    expect(shape(heard.toSpliced(broken[0]!, 1))).toEqual(shape(whole.toSpliced(broken[0]!, 1)));
  });

  it('half-call: cut within the arguments of a call', async () => {
    const heard = await ask(protocol, { do: 'half-call' });
    expect(heard).toMatchObject({ complete: false, error: 'ECONNRESET' });
    expect(heard.text).toContain('read_file');
    expect(heard.text).not.toMatch(/arguments\.done|finish_reason":"|stop_reason":"|finishReason/);
    expect(read(protocol, heard.text).text).toBe(texts.plain);
    if (protocol === 'google') expect(typeof payloads(heard.text).at(-1)).toBe('string');
    else expect(read(protocol, heard.text).calls).toBeGreaterThan(1);
  });

  it('call-then-break: a call is complete by the protocol, then the socket is cut', async () => {
    const heard = await ask(protocol, { do: 'call-then-break' });
    expect(heard).toMatchObject({ complete: false, error: 'ECONNRESET' });
    const last: Loose = payloads(heard.text).at(-1);
    const complete = {
      'openai-chat': () => last.choices[0].delta.tool_calls[0].index === 1,
      'anthropic-messages': () => last.type === 'content_block_stop' && last.index === 1,
      'openai-responses': () => last.type === 'response.output_item.done' && last.item.type === 'function_call',
      google: () => last.candidates[0].content.parts[0].functionCall.name === 'read_file',
    };
    expect(complete[protocol]()).toBe(true);
  });

  it('cut-after-finish: the finish came, the terminator did not', async () => {
    const heard = await ask(protocol, { do: 'cut-after-finish' });
    expect(heard).toMatchObject({ complete: false, error: 'ECONNRESET' });
    expect(read(protocol, heard.text)).toMatchObject({ text: texts.plain, finish: expect.any(String) });
    if (protocol === 'openai-chat' || protocol === 'anthropic-messages') expect(heard.text).not.toMatch(TERMINATOR[protocol]);
  });

  it('a break at every frame: exactly that many frames, byte for byte those of the whole answer', async () => {
    const answer = { text: 'One two.', reasoning: 'Hm.', toolCalls: [{ name: 'read_file', args: { path: 'a' } }] };
    const whole = frames((await ask(protocol, undefined, {}, answer)).text);
    for (let n = 0; n <= whole.length; n++) {
      const heard = await ask(protocol, { do: 'cut', afterFrames: n }, {}, answer);
      expect(frames(heard.text)).toEqual(whole.slice(0, n));
      expect(heard.complete).toBe(false);
    }
  });
});

const pathOf = { 'openai-chat': '/chat/completions', 'anthropic-messages': '/messages', 'openai-responses': '/responses', google: '' };
const frames = (text: string) =>
  text
    .replaceAll(/"created(_at)?":\d+/g, '"created":0')
    .split(/(?<=\r?\n\r?\n)/)
    .filter(Boolean);

describe.each(PROTOCOLS)('%s, in one piece', (protocol) => {
  const whole = (fault?: Fault, asked: RawRequest = {}) => ask(protocol, fault, { ...asked, stream: false });

  it('healthy: one JSON with the text, the calls and the usage', async () => {
    const answer = { text: texts.emoji, reasoning: 'Hm.', toolCalls: [{ name: 'read_file', args: { path: 'ä.txt' } }] };
    const heard = await ask(protocol, undefined, { stream: false }, answer);
    expect(heard).toMatchObject({ status: 200, complete: true });
    const json = JSON.stringify(JSON.parse(heard.text));
    for (const part of [texts.emoji, 'Hm.', 'read_file', 'ä.txt']) expect(json).toContain(JSON.stringify(part).slice(1, -1));
    expect(json).toMatch(/usage/i);
  });

  it.each(['role-then-error', 'error-event', 'error-first', 'json-error'] as const)('%s: 200 with the error as JSON', async (name) => {
    const heard = await whole({ do: name });
    expect(heard).toMatchObject({ status: 200, complete: true });
    expect(JSON.parse(heard.text).error).toBeTruthy();
  });

  it.each(['cut', 'reasoning-break', 'half-call', 'call-then-break'] as const)('%s: half of what was announced', async (name) => {
    const heard = await whole({ do: name });
    expect(heard).toMatchObject({ status: 200, complete: false, error: 'ECONNRESET' });
    expect(Buffer.byteLength(heard.text)).toBeLessThan(Number(heard.headers['content-length']));
    expect(() => JSON.parse(heard.text)).toThrow();
  });

  it.each(['clean-end', 'bad-frame'] as const)('%s: HTTP ends well, the JSON does not', async (name) => {
    const heard = await whole({ do: name });
    expect(heard).toMatchObject({ status: 200, complete: true });
    expect(() => JSON.parse(heard.text)).toThrow();
  });

  it('cut-after-finish: the whole JSON, without the end of HTTP', async () => {
    const heard = await whole({ do: 'cut-after-finish' });
    expect(heard.complete).toBe(false);
    expect(() => JSON.parse(heard.text)).not.toThrow();
  });

  it('empty: no text and no call, a finish', async () => {
    const json = JSON.stringify(JSON.parse((await whole({ do: 'empty' })).text));
    expect(json).not.toContain('outage');
    expect(json).toMatch(/"stop"|end_turn|"completed"|STOP/);
  });

  it.each([
    ['silence', ''],
    ['pings', '   '],
    ['stall', '{'],
  ] as const)('%s: begins, and does not end', async (name, begin) => {
    const heard = await whole({ do: name }, { until: (text) => text.startsWith(begin) });
    expect(heard).toMatchObject({ status: 200, complete: false });
    expect(heard.headers['content-type']).toBe('application/json');
  });
});
