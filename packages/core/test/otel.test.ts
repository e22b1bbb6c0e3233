import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as otel from '@opentelemetry/api';
import { scriptedModel } from '@holdfast/lab';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { holdfast, type HoldfastOptions } from '../src/index.ts';
import { openAgentTelemetry, openTelemetry } from '../src/otel.ts';
import { openSinks } from '../src/sinks/index.ts';

interface Told {
  readonly name: string;
  readonly kind: otel.SpanKind | undefined;
  readonly parent: Told | undefined;
  readonly start: unknown;
  readonly attributes: Record<string, unknown>;
  readonly events: string[];
  status?: otel.SpanStatus;
  end?: unknown;
}

const told = { spans: [] as Told[], points: [] as { name: string; value: number; attributes: otel.Attributes }[] };
const SPAN = new WeakMap<otel.Span, Told>();

/** The least of an SDK: what the API is told is kept in memory. */
const tracer: otel.Tracer = {
  startSpan(name, { kind, startTime, attributes } = {}, context = otel.ROOT_CONTEXT) {
    const parent = otel.trace.getSpan(context);
    const own: Told = { name, kind, start: startTime, parent: parent && SPAN.get(parent), attributes: { ...attributes }, events: [] };
    told.spans.push(own);
    const span = {
      setAttributes: (more: object) => (Object.assign(own.attributes, more), span),
      addEvent: (event: string) => (own.events.push(event), span),
      setStatus: (status: otel.SpanStatus) => ((own.status = status), span),
      end: (at?: unknown) => {
        if (own.end !== undefined) throw new Error('ended twice');
        own.end = at;
      },
    } as unknown as otel.Span;
    SPAN.set(span, own);
    return span;
  },
  startActiveSpan: () => {
    throw new Error('not used');
  },
};
const instrument = (name: string) => {
  const point = (value: number, attributes: otel.Attributes = {}): void => void told.points.push({ name, value, attributes });
  return { record: point, add: point };
};
const meter = { createHistogram: instrument, createCounter: instrument } as unknown as otel.Meter;

const storage = new AsyncLocalStorage<otel.Context>();
beforeAll(() => {
  otel.context.setGlobalContextManager({
    active: () => storage.getStore() ?? otel.ROOT_CONTEXT,
    with: (context, work, self, ...args) => storage.run(context, () => work.apply(self, args) as never),
    bind: (_, target) => target,
    enable: () => ({}) as never,
    disable: () => ({}) as never,
  });
  otel.trace.setGlobalTracerProvider({ getTracer: () => tracer });
  otel.metrics.setGlobalMeterProvider({ getMeter: () => meter });
});
afterAll(() => {
  otel.context.disable();
  otel.trace.disable();
  otel.metrics.disable();
});
beforeEach(() => {
  told.spans.length = told.points.length = 0;
});

const PROMPT = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'who am I' }] }];
const healthy = { text: 'one two three', usage: { input: 1000, output: 50, cached: 400 } };

async function call(sinks: Parameters<typeof openSinks>[0], more: Partial<HoldfastOptions> = {}): Promise<void> {
  const open = openSinks(sinks);
  const broken = scriptedModel({
    provider: 'openai.responses',
    id: 'gpt-5',
    script: { text: '', fails: { fail: 'auth', facts: { status: 401 } } },
  });
  const claude = scriptedModel({ provider: 'anthropic.messages', id: 'claude-sonnet-4-5', script: healthy });
  const model = holdfast({ models: [broken, claude], name: 'smart', sinks: open, ...more });
  const { stream } = await model.doStream({ prompt: PROMPT, providerOptions: { holdfast: { caller: 'ann', session: 's1' } } });
  for await (const _ of stream);
  await open.flush();
}

describe('OpenTelemetry', () => {
  it('a call within the active span, each attempt within the call, under the conventions’ names', async () => {
    const outer = tracer.startSpan('the request');
    await otel.context.with(otel.trace.setSpan(otel.context.active(), outer), async () => call(await openTelemetry()));
    const [request, root, failed, answered] = told.spans;
    expect(told.spans).toHaveLength(4);
    expect(root).toMatchObject({
      name: 'holdfast.call smart',
      kind: otel.SpanKind.INTERNAL,
      parent: request,
      attributes: { 'holdfast.chain': 'smart', 'holdfast.caller': 'ann', 'holdfast.outcome': 'done', 'gen_ai.conversation.id': 's1' },
      events: ['holdfast.switch'],
    });
    expect(failed).toMatchObject({
      name: 'chat gpt-5',
      kind: otel.SpanKind.CLIENT,
      parent: root,
      attributes: { 'gen_ai.provider.name': 'openai', 'error.type': 'auth', 'http.response.status_code': 401 },
      status: { code: otel.SpanStatusCode.ERROR },
    });
    expect(answered).toMatchObject({
      name: 'chat claude-sonnet-4-5',
      parent: root,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-5',
        'gen_ai.request.stream': true,
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.cache_read.input_tokens': 400,
        'gen_ai.usage.output_tokens': 50,
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
        'holdfast.cost.usd': expect.closeTo((600 * 3 + 400 * 0.3 + 50 * 15) / 1e6, 9),
      },
      events: ['holdfast.first-content'],
    });
    expect(answered!.status).toBeUndefined();
    expect(root!.attributes).not.toHaveProperty('gen_ai.usage.input_tokens');
    for (const span of told.spans.slice(1)) expect([span.start, span.end]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(JSON.stringify(told.spans.map(({ attributes }) => attributes))).not.toContain('who am I');
  });

  it('metrics of attempts, by provider and model', async () => {
    await call(await openTelemetry());
    const anthropic = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-4-5' };
    expect(told.points.filter(({ attributes }) => attributes['gen_ai.provider.name'] === 'anthropic')).toEqual([
      { name: 'gen_ai.client.operation.duration', value: expect.any(Number), attributes: anthropic },
      { name: 'gen_ai.client.operation.time_to_first_chunk', value: expect.any(Number), attributes: anthropic },
      { name: 'gen_ai.client.token.usage', value: 1000, attributes: { ...anthropic, 'gen_ai.token.type': 'input' } },
      { name: 'gen_ai.client.token.usage', value: 50, attributes: { ...anthropic, 'gen_ai.token.type': 'output' } },
      { name: 'holdfast.client.cost', value: expect.closeTo((600 * 3 + 400 * 0.3 + 50 * 15) / 1e6, 9), attributes: anthropic },
    ]);
    expect(told.points.filter(({ attributes }) => attributes['gen_ai.provider.name'] === 'openai')).toEqual([
      {
        name: 'gen_ai.client.operation.duration',
        value: expect.any(Number),
        attributes: expect.objectContaining({ 'error.type': 'auth' }),
      },
    ]);
  });

  it('messages only where the payload policy keeps them', async () => {
    await call({ ...(await openTelemetry()), payload: 'full' });
    const [root, , answered] = told.spans;
    expect(JSON.parse(String(root!.attributes['gen_ai.input.messages']))).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'who am I' }] },
    ]);
    expect(JSON.parse(String(answered!.attributes['gen_ai.output.messages']))).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'one two three' }] },
    ]);
  });

  it('a tracer and a meter that throw trouble no call', async () => {
    const broken = (): never => {
      throw new Error('no');
    };
    const api = {
      ...otel,
      context: { active: broken },
      trace: { ...otel.trace, getTracer: () => ({ startSpan: broken }), setSpan: broken },
      metrics: { getMeter: () => ({ createHistogram: () => ({ record: broken }), createCounter: () => ({ add: broken }) }) },
    } as unknown as typeof otel;
    const said: string[] = [];
    await call({ ...(await openTelemetry({ api })), say: (line) => said.push(line) });
    expect(said).toHaveLength(2);
  });

  it('without the package the way out is said, and nothing is loaded before it is asked for', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) => { if (name === '@opentelemetry/api') throw new Error('gone'); return next(name, context); } });`;
    const program = `import { openTelemetry } from ${JSON.stringify(join(import.meta.dirname, '../src/otel.ts'))};
      await openTelemetry().catch((error) => console.log(error.kind, error.message));`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, '--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe('bad-request openTelemetry() needs the package @opentelemetry/api: npm install @opentelemetry/api\n');
  });

  it('an agent’s work is spans too, and its calls stand below the turn they were made in, also when they are told later', async () => {
    const { work, sinks } = await openAgentTelemetry();
    const span = { attributes: { 'gen_ai.operation.name': 'invoke_agent' }, events: [] };
    work.start({ ...span, id: 'run', name: 'invoke_agent root', start: 1 });
    work.start({ ...span, id: 'turn', parentId: 'run', name: 'holdfast.turn', start: 1, holds: 's1' });
    work.start({ ...span, id: 'empty', parentId: 'run', name: 'holdfast.turn', start: 1 });
    work.end({
      ...span,
      id: 'turn',
      parentId: 'run',
      name: 'holdfast.turn',
      start: 1,
      end: 5,
      events: [{ at: 2, name: 'note', text: 'x' }],
    });
    await call(sinks);
    work.drop('empty');
    work.end({ ...span, id: 'run', name: 'invoke_agent root', start: 1, end: 9, error: { kind: 'network', message: 'cut' } });
    const [run, turn, empty] = told.spans;
    const calls = told.spans.filter(({ name }) => name.startsWith('holdfast.call'));
    expect([turn!.parent, run!.parent, calls.map(({ parent }) => parent)]).toEqual([run, undefined, [turn]]);
    expect([turn!.end, turn!.events, empty!.end, run!.status?.message, run!.attributes['error.type']]).toEqual([
      5,
      ['holdfast.note'],
      undefined,
      'cut',
      'network',
    ]);
  });
});
