import type { CallEvent, CallRecord } from '@holdfast/core/engine';
import { expect, it } from 'vitest';
import { callMetrics, metricsText } from './metrics.ts';

const record = (call: string, more: Partial<CallRecord> = {}): CallRecord => ({
  id: call,
  chain: 'smart',
  began: 0,
  ms: 1_200,
  outcome: 'done',
  target: 'b/two',
  attempts: [],
  skips: [],
  paid: {},
  marks: [],
  ...more,
});
const failure = { kind: 'overload', status: 529, code: 'overloaded_error', message: 'from ann@example.com' } as const;
const origin = { entry: 'a', protocol: 'openai-chat', model: 'one', account: 'secret-account' } as const;

const events = (call: string): readonly CallEvent[] =>
  (
    [
      { type: 'call-start', chain: 'smart', targets: ['a/one', 'b/two'], mode: 'stream', caller: 'ann@example.com' },
      { type: 'lane-wait', attempt: 1, target: 'a/one', lane: 'all', position: 0 },
      { type: 'attempt-start', attempt: 1, target: 'a/one', origin, tries: 1, probe: false },
      { type: 'attempt-end', attempt: 1, target: 'a/one', ms: 10, failure, shown: 'soft', laneWaitMs: 30 },
      { type: 'takeover', attempt: 1, target: 'a/one', failure, shown: 12 },
      { type: 'switch', from: 'a/one', to: 'b/two', failure },
      { type: 'attempt-commit', attempt: 2, target: 'b/two', ms: 400 },
      { type: 'attempt-end', attempt: 2, target: 'b/two', ms: 900, shown: 'hard', usage: { input: 100, output: 7 }, usd: 0.5 },
      { type: 'call-end', record: record(call) },
    ] as const
  ).map((event) => ({ call, at: 0, ...event }) as CallEvent);

const linesOf = async (...all: ReturnType<typeof callMetrics>[]): Promise<readonly string[]> => {
  const { text } = await metricsText(await Promise.all(all.map((one) => one.data())));
  return text.split('\n').filter((line) => line.startsWith('holdfast_'));
};

it('calls, attempts, takeovers, tokens and money, summed over workers', async () => {
  const [one, two] = [callMetrics(), callMetrics()];
  for (const event of events('x')) one.emit(event);
  for (const event of events('y')) two.emit(event);
  expect(await linesOf(one, two)).toEqual(
    expect.arrayContaining([
      'holdfast_calls_total{chain="smart",target="b/two",outcome="done"} 2',
      'holdfast_attempts_total{endpoint="a",target="a/one",kind="overload",status="529",code="overloaded_error"} 2',
      'holdfast_attempts_total{endpoint="b",target="b/two",kind="ok",status="",code=""} 2',
      'holdfast_takeovers_total{target="a/one",kind="overload"} 2',
      'holdfast_switches_total{target="a/one",kind="overload"} 2',
      'holdfast_tokens_total{target="b/two",type="input"} 200',
      'holdfast_tokens_total{target="b/two",type="output"} 14',
      'holdfast_usd_total{target="b/two"} 1',
      'holdfast_lane_waits_total{lane="all"} 2',
      'holdfast_first_content_seconds_count{target="b/two"} 2',
      'holdfast_call_seconds_bucket{le="2.5",chain="smart",outcome="done"} 2',
      'holdfast_open_calls 0',
      'holdfast_open_streams 0',
    ]),
  );
});

it('what goes on is counted while it does', async () => {
  const metrics = callMetrics();
  metrics.emit(events('x')[0]!);
  expect(await linesOf(metrics)).toEqual(expect.arrayContaining(['holdfast_open_calls 1', 'holdfast_open_streams 1']));
});

it('no label tells of a caller, an account or a message, and none grows without bound', async () => {
  const metrics = callMetrics();
  for (const event of events('x')) metrics.emit(event);
  for (let n = 0; n < 700; n++)
    metrics.emit({
      call: 'x',
      at: 0,
      type: 'attempt-end',
      attempt: 1,
      target: `a/${n}`,
      ms: 1,
      shown: 'nothing',
      failure: { ...failure, code: `no word ${n}` },
    });
  const lines = await linesOf(metrics);
  expect(lines.join('\n')).not.toMatch(/ann|secret-account|no word/);
  const targets = new Set(lines.flatMap((line) => /^holdfast_attempts_total.*target="([^"]*)"/.exec(line)?.[1] ?? []));
  expect([...targets].toSorted()).toEqual(['a/one', 'a/other', 'b/two']);
});

const invented = (call: string, model: string, ok: boolean): readonly CallEvent[] =>
  (
    [
      { type: 'call-start', chain: model, targets: [model], mode: 'whole' },
      ...(ok ? [{ type: 'attempt-commit', attempt: 1, target: model, ms: 4 }] : []),
      { type: 'attempt-end', attempt: 1, target: model, ms: 10, ...(ok ? {} : { failure: { kind: 'model-missing', status: 404 } }) },
      {
        type: 'call-end',
        record: record(call, {
          chain: model,
          outcome: ok ? 'done' : 'model-missing',
          target: ok ? model : undefined,
        } as Partial<CallRecord>),
      },
    ] as const
  ).map((event) => ({ call, at: 0, ...event }) as CallEvent);

it('N2: names that clients invent add no series, and take none from others', async () => {
  const one = callMetrics();
  for (let nth = 0; nth < 1_000; nth++) for (const event of invented(`x${nth}`, `a/invented-${nth}`, false)) one.emit(event);
  for (const event of [...invented('y', 'a/real', true), ...events('z')]) one.emit(event);
  const lines = await linesOf(one);
  expect(lines.join('\n')).not.toContain('invented');
  expect(lines).toEqual(
    expect.arrayContaining([
      'holdfast_calls_total{chain="a/other",target="",outcome="model-missing"} 1000',
      'holdfast_calls_total{chain="a/real",target="a/real",outcome="done"} 1',
      'holdfast_calls_total{chain="smart",target="b/two",outcome="done"} 1',
      'holdfast_attempts_total{endpoint="a",target="a/one",kind="overload",status="529",code="overloaded_error"} 1',
    ]),
  );
});

it('N2: a provider that answers to any name is no way round it', async () => {
  const one = callMetrics();
  for (let nth = 0; nth < 1_000; nth++) for (const event of invented(`x${nth}`, `a/any-${nth}`, true)) one.emit(event);
  const calls = (await linesOf(one)).filter((line) => line.startsWith('holdfast_calls_total'));
  expect(calls).toHaveLength(201);
});
