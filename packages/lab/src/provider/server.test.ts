import { connect } from 'node:net';
import { once as happens } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { outage } from '../outage-text.ts';
import { byLastMessage, byTurn, sequence } from '../script.ts';
import { texts } from '../texts.data.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { gate } from './gate.ts';
import { hear, payloads, type Loose } from './raw-client.ts';
import { refusedUrl } from './refused.ts';
import { labProvider, type LabProvider, type LabProviderOptions } from './server.ts';

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

async function start(more: Partial<LabProviderOptions> = {}): Promise<LabProvider> {
  const provider = await labProvider({ name: 'east', protocol: 'openai-chat', script: { text: texts.plain }, ...more });
  open.push(provider);
  return provider;
}

const textOf = (text: string) =>
  payloads(text)
    .map((row: Loose) => row.choices?.[0]?.delta?.content ?? '')
    .join('');
const codeOf = (port: number) =>
  new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve('connected');
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });

describe('scripts', () => {
  it('a list is answered one by one, the last again and again', async () => {
    const east = await start({ script: [{ text: 'one' }, { text: 'two' }] });
    const said: string[] = [];
    for (let nth = 0; nth < 3; nth++) said.push(textOf((await hear(east, 'openai-chat')).text));
    expect(said).toEqual(['one', 'two', 'two']);
  });

  it.each([
    ['sequence', () => sequence([])],
    ['sequence', () => sequence({ text: 'Hello' } as never)],
    ['byTurn', () => byTurn([[{ text: 'Hello' }]] as never)],
    ['byTurn', () => byTurn(undefined as never)],
  ])('a wrong %s is refused where it is written', (name, made) => {
    expect(made).toThrow(`${name} takes a list of at least one answer`);
  });

  it('a list without an answer is refused before the server is there', async () => {
    await expect(labProvider({ name: 'east', protocol: 'openai-chat', script: [] })).rejects.toThrow(
      'script takes a list of at least one answer',
    );
  });
});

describe('L1: what counts', () => {
  it('only requests for an answer count for the outage; lists and counts are not harmed', async () => {
    const east = await start({ protocol: 'anthropic-messages', outage: outage('east: 529 x1') });
    expect((await hear(east, 'anthropic-messages', { method: 'GET', path: '/models' })).status).toBe(200);
    const counted = await hear(east, 'anthropic-messages', { path: '/messages/count_tokens' });
    expect(JSON.parse(counted.text)).toEqual({ input_tokens: expect.any(Number) });
    expect((await hear(east, 'anthropic-messages')).status).toBe(529);
    expect((await hear(east, 'anthropic-messages')).status).toBe(200);
    expect(east.requests.map(({ nth }) => nth)).toEqual([0, 0, 1, 2]);
  });

  it('the base and a query are optional and ignored', async () => {
    const east = await start({ protocol: 'anthropic-messages' });
    const at = new URL(east.url);
    for (const path of ['/messages', '/v1/messages', '/v1/messages?beta=true']) {
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] });
      expect((await fetch(`${at.origin}${path}`, { method: 'POST', body })).status).toBe(200);
    }
  });
});

describe('L2: frames, gates and the log', () => {
  it('holds an answer after so many frames, or before the head, until it is released', async () => {
    const [head, middle] = [gate('head'), gate(5)];
    const east = await start({
      script: sequence([
        { text: texts.plain, gate: head },
        { text: texts.plain, gate: middle },
      ]),
    });
    for (const [held, frames] of [
      [head, 0],
      [middle, 5],
    ] as const) {
      const heard = hear(east, 'openai-chat');
      await held.reached;
      expect(east.requests.at(-1)).toMatchObject({ frames, state: 'open' });
      held.release();
      expect(textOf((await heard).text)).toBe(texts.plain);
    }
  });

  it('notices a client that hangs up at a gate, and says so at once', async () => {
    const held = gate(5);
    const east = await start({ script: { text: texts.plain, gate: held } });
    const client = new AbortController();
    const asking = hearingUntilAborted(east, client.signal);
    await held.reached;
    client.abort();
    await asking;
    expect(await east.waitFor(({ aborted }) => aborted)).toMatchObject({ state: 'aborted', frames: 5 });
  });

  it('the log knows what was asked, in the protocol’s own words and in ours', async () => {
    const east = await start();
    await hear(east, 'openai-chat', { prompt: 'Why?', headers: { 'x-team': 'search' } });
    expect(east.requests).toHaveLength(1);
    expect(east.requests[0]).toMatchObject({
      nth: 1,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'x-team': 'search' },
      body: { messages: [{ role: 'user', content: 'Why?' }] },
      facts: { model: 'small-1', stream: true, turns: [{ role: 'user', text: 'Why?' }], tools: [{ name: 'read_file' }] },
      state: 'done',
      status: 200,
    });
  });

  it('waitFor gives up with its signal, and when the provider closes', async () => {
    const east = await start();
    const cut = new AbortController();
    const first = east.waitFor(() => false, cut.signal);
    cut.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    const second = east.waitFor(() => false);
    const closed = expect(second).rejects.toThrow(/closed/);
    await east.close();
    await closed;
  });

  it('pace is the clock’s: nothing is sent until it moves', async () => {
    const clock = new VirtualClock({ start: Date.UTC(2026, 0, 1) });
    const east = await start({ clock, script: { chunks: ['a', 'b'], delayMs: 1_000 } });
    const heard = hear(east, 'openai-chat');
    await east.waitFor(({ nth }) => nth === 1);
    for (let frame = 1; frame <= 6; frame++) {
      const sent = east.waitFor(({ frames }) => frames === frame);
      await clock.advance(1_000);
      expect((await sent).frames).toBe(frame);
    }
    expect(textOf((await heard).text)).toBe('ab');
  });

  it('wire styles: other line ends, a BOM, writes that cut through characters', async () => {
    for (const wire of [{ newline: '\r\n' }, { newline: '\r' }, { bom: true }, { chop: 3 }] as const) {
      const east = await start({ wire, script: { text: texts.emoji } });
      const { text } = await hear(east, 'openai-chat');
      expect(text.startsWith('\ufeff')).toBe('bom' in wire);
      expect(textOf(text.replace(/^\ufeff/, '').replaceAll('\r', '\n'))).toBe(texts.emoji);
      if ('newline' in wire) expect(text.replaceAll(wire.newline, '')).not.toMatch(/[\r\n]/);
    }
  });
});

const hearingUntilAborted = async (east: LabProvider, signal: AbortSignal) => {
  const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] });
  // the abort may come before the head was read, or after
  const text = fetch(`${east.url}/chat/completions`, { method: 'POST', body, signal }).then((res) => res.text());
  await expect(text).rejects.toThrow(/abort/);
};

describe('L3: nothing is left, nothing is shared', () => {
  it('close leaves no socket, wherever its requests were', async () => {
    const held = gate(3);
    const east = await start({
      script: { text: texts.plain, gate: held },
      outage: outage('east: stall x1, pings x1, no-headers x1, silence x1, ok x1'),
    });
    const heard = Array.from({ length: 5 }, () => hear(east, 'openai-chat'));
    await Promise.all([held.reached, east.waitFor(({ nth }) => nth === 5)]);
    expect(east.sockets).toBe(5);
    await east.close();
    await east.close();
    expect(east.sockets).toBe(0);
    for (const { complete } of await Promise.all(heard)) expect(complete).toBe(false);
    expect(await codeOf(east.port)).toBe('ECONNREFUSED');
    expect(east.requests.some(({ aborted }) => aborted)).toBe(false);
  });

  it('two providers with one script and one outage count for themselves', async () => {
    const shared = { script: sequence([{ text: 'first' }, { text: 'second' }]), outage: outage('*: 503 x1') };
    const [east, west] = [await start(shared), await start({ ...shared, name: 'west' })];
    for (const provider of [east, west]) {
      expect((await hear(provider, 'openai-chat')).status).toBe(503);
      expect(textOf((await hear(provider, 'openai-chat')).text)).toBe('first');
    }
    expect(textOf((await hear(east, 'openai-chat')).text)).toBe('second');
    expect([east.requests.length, west.requests.length]).toEqual([3, 2]);
  });

  it('twenty at once are all answered, each its own', async () => {
    const east = await start({ script: ({ turns }) => ({ text: `you said ${turns.at(-1)?.text}` }) });
    const heard = await Promise.all(Array.from({ length: 20 }, (_, i) => hear(east, 'openai-chat', { prompt: `n${i}` })));
    expect(heard.map(({ text }) => textOf(text))).toEqual(heard.map((_, i) => `you said n${i}`));
  });
});

describe('refused', () => {
  it('an endless rule closes the port: the kernel refuses', async () => {
    const east = await start({ outage: outage('east: refused') });
    expect((await hear(east, 'openai-chat')).error).toBe('ECONNREFUSED');
    expect(east.requests).toEqual([]);
  });

  it('it may begin later: what was answered before stays answered', async () => {
    const east = await start({ outage: outage('east: ok x2, refused') });
    expect((await hear(east, 'openai-chat')).status).toBe(200);
    expect((await hear(east, 'openai-chat')).complete).toBe(true);
    expect((await hear(east, 'openai-chat')).error).toBe('ECONNREFUSED');
  });

  it('a rule that ends throws connections out at the door, unheard, and counts them', async () => {
    const east = await start({ outage: outage('east: ok x1, refused x2') });
    expect((await fetchText(east)).status).toBe(200);
    for (let i = 0; i < 2; i++) await expect(fetchText(east)).rejects.toThrow('fetch failed');
    expect((await fetchText(east)).status).toBe(200);
    expect(east.requests.map(({ nth, state, body }) => [nth, state, body !== undefined])).toEqual([
      [1, 'done', true],
      [2, 'refused', false],
      [3, 'refused', false],
      [4, 'done', true],
    ]);
  });

  it('refusedUrl refuses for as long as it is held, and frees its port', async () => {
    const { url, port, close } = await refusedUrl();
    expect(new URL(url).port).toBe(String(port));
    expect(await codeOf(port)).toBe('ECONNREFUSED');
    expect(await codeOf(port)).toBe('ECONNREFUSED');
    await close();
    const { createServer } = await import('node:net');
    const server = createServer().listen(port, '127.0.0.1');
    await happens(server, 'listening');
    server.close();
  });
});

/** Over `fetch`, whose connections are kept. */
const fetchText = async (east: LabProvider) => {
  const body = JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: 'x' }] });
  const res = await fetch(`${east.url}/chat/completions`, { method: 'POST', body });
  return { status: res.status, text: await res.text() };
};

describe('scripts', () => {
  it('sequence gives a broken answer again', async () => {
    const east = await start({ script: sequence([{ text: 'first' }, { text: 'second' }]), outage: outage('east: cut x2') });
    const heard = [];
    for (let i = 0; i < 5; i++) heard.push(textOf((await hear(east, 'openai-chat')).text));
    expect(heard.slice(2)).toEqual(['first', 'second', 'second']);
  });

  it('byTurn goes by the conversation, whoever is asked', async () => {
    const script = byTurn([{ toolCalls: [{ name: 'read_file', args: { path: 'a' } }] }, { text: 'done' }]);
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'read_file', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'a' },
    ];
    for (const name of ['east', 'west']) {
      const provider = await start({ name, script });
      expect((await hear(provider, 'openai-chat')).text).toContain('read_file');
      const second = await hear(provider, 'openai-chat', { body: { model: 'small-1', stream: true, messages } });
      expect(textOf(second.text)).toBe('done');
    }
  });

  it('byLastMessage looks for what was said last', async () => {
    const script = byLastMessage(
      [
        ['weather', { text: 'rain' }],
        [/\d+/, { text: 'number' }],
      ],
      { text: 'other' },
    );
    const east = await start({ script });
    const heard = [];
    for (const prompt of ['the weather?', 'about 42', 'hm']) heard.push(textOf((await hear(east, 'openai-chat', { prompt })).text));
    expect(heard).toEqual(['rain', 'number', 'other']);
  });

  it('tool calls of one conversation never meet under one id, nor after a restart of the provider', async () => {
    const script = { toolCalls: [{ name: 'read_file', args: {} }] };
    const ids = new Set<string>();
    const messages: unknown[] = [{ role: 'user', content: 'x' }];
    for (let turn = 0; turn < 10; turn++) {
      const provider = await start({ script });
      const { text } = await hear(provider, 'openai-chat', { body: { model: 'm', messages }, stream: false });
      const { message } = (JSON.parse(text) as Loose).choices[0];
      ids.add(message.tool_calls[0].id);
      messages.push(message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: '' });
    }
    expect(ids.size).toBe(10);
  });
});
