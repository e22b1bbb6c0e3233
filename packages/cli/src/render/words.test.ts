import type { CallEvent, CallRecord } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { CallLines, cutWords } from './call-lines.ts';
import { columns, recordLines, usageWords } from './call-words.ts';
import { resultWords, toolWords, wholeCall } from './tool-words.ts';

const at = 1_000_000;
const overloaded = { kind: 'overload', message: 'overloaded' } as const;
const event = (what: object): CallEvent => ({ call: 'c', at, ...what }) as CallEvent;
const CLAUDE = 'anthropic/claude-sonnet-4-5';

const record = (what: object): CallRecord =>
  ({
    id: 'c',
    chain: 'root',
    began: at,
    ms: 1234.5,
    outcome: 'overload',
    attempts: [],
    skips: [],
    paid: {},
    marks: [],
    ...what,
  }) as unknown as CallRecord;
const attempt = (target: string, detail?: string) => ({
  attempt: 1,
  target,
  ms: 99.6,
  shown: 'nothing',
  failure: { kind: 'bad-request', message: 'the request was not accepted', facts: { status: 400, ...(detail && { detail }) } },
});

it('an answer that is gone on with stays; the line says who goes on', () => {
  const lines = new CallLines();
  expect(lines.line(event({ type: 'takeover', attempt: 1, target: CLAUDE, failure: overloaded, shown: 40 }))).toBeUndefined();
  expect(lines.line(event({ type: 'switch', from: CLAUDE, to: 'openai/gpt-5', failure: overloaded }))).toBe(
    `${CLAUDE} broke in mid-answer (overloaded); what it said stays, and is gone on with; asking openai/gpt-5`,
  );
  const broken = { ...attempt(CLAUDE), shown: 'hard' };
  const words = (fate?: string) => recordLines(record({ attempts: [{ ...broken, ...(fate && { fate }) }] })).join('\n');
  expect(words('continued')).toContain('(400), gone on with');
  expect(words('withdrawn')).toContain('(400), withdrawn');
  expect(words()).not.toMatch(/withdrawn|gone on/);
});

describe('a line for what happens in a call', () => {
  it.each([
    [
      { type: 'pause', target: CLAUDE, ms: 312, tries: 1, of: 2, failure: overloaded },
      `${CLAUDE}: overloaded; trying again in 0.3 s (1 of 2)`,
    ],
    [
      { type: 'pause', target: CLAUDE, ms: 49, tries: 2, of: 2, failure: overloaded },
      `${CLAUDE}: overloaded; trying again at once (2 of 2)`,
    ],
    [
      { type: 'pause', target: CLAUDE, ms: 50, tries: 1, of: 2, failure: overloaded },
      `${CLAUDE}: overloaded; trying again in 0.1 s (1 of 2)`,
    ],
    [
      { type: 'switch', from: CLAUDE, to: 'openai/gpt-5', failure: overloaded, restsUntil: at + 20_000 },
      `${CLAUDE}: overloaded; resting 20 s; asking openai/gpt-5`,
    ],
    [{ type: 'switch', from: CLAUDE, to: 'openai/gpt-5', failure: overloaded }, `${CLAUDE}: overloaded; asking openai/gpt-5`],
    [{ type: 'switch', from: CLAUDE, to: CLAUDE, failure: overloaded }, `${CLAUDE}: overloaded; asking it with another key`],
    [
      { type: 'pause', target: CLAUDE, ms: 0, tries: 1, of: 2, failure: { kind: 'auth', message: 'the key was refused' } },
      `${CLAUDE}: the key was refused; looking for a new key`,
    ],
    [{ type: 'skip', target: CLAUDE, reason: 'shares-failure' }, `${CLAUDE} passed over: what failed at another is behind this one too`],
    [
      { type: 'skip', target: CLAUDE, reason: 'resting', until: at + 90_000, why: { kind: 'quota' } },
      `${CLAUDE} passed over: quota used up, resting for another 1 min 30 s`,
    ],
    [
      { type: 'hedge', from: CLAUDE, to: 'openai/gpt-5', ms: 900 },
      `${CLAUDE} is slower than it nearly always is; asking openai/gpt-5 beside it`,
    ],
    [{ type: 'skip', target: CLAUDE, reason: 'no-images' }, `${CLAUDE} passed over: it takes no images`],
    [{ type: 'skip', target: CLAUDE, reason: 'unfit' }, `${CLAUDE} passed over: unfit`],
    [
      { type: 'skip', target: CLAUDE, reason: 'resting', until: at + 90_000, why: { kind: 'auth', status: 401 } },
      `${CLAUDE} passed over: its key was refused, resting for another 1 min 30 s`,
    ],
    [
      { type: 'switch', from: CLAUDE, to: 'openai/gpt-5', failure: { kind: 'bad-request', message: 'not accepted', detail: 'too\nspicy' } },
      `${CLAUDE}: not accepted ("too spicy"); asking openai/gpt-5`,
    ],
    [
      { type: 'switch', from: CLAUDE, to: 'openai/gpt-5', failure: { ...overloaded, detail: 'We are overloaded, sorry' } },
      `${CLAUDE}: overloaded; asking openai/gpt-5`,
    ],
    [{ type: 'skip', target: CLAUDE, reason: 'resting', until: at }, `${CLAUDE} passed over: resting`],
    [{ type: 'wait', ms: 12_000, target: CLAUDE, why: 'told' }, `everything rests; waiting 12 s for ${CLAUDE}`],
    [{ type: 'call-end', record: record({ attempts: [attempt('a/x', 'no')] }) }, undefined],
    [{ type: 'call-start', chain: 'root', targets: [] }, undefined],
    [{ type: 'attempt-start', attempt: 1, target: CLAUDE, tries: 0, probe: false }, undefined],
  ])('%o', (what, line) => {
    expect(new CallLines().line(event(what))).toBe(line);
  });

  const failure = { kind: 'truncated', message: 'the stream ended early' } as const;
  const gone = { type: 'withdrawn', attempt: 1, target: CLAUDE, failure };
  const broke = `${CLAUDE} broke in mid-answer (the stream ended early); what it said is withdrawn`;
  it.each([
    ['another is asked', [gone, { type: 'switch', from: CLAUDE, to: 'b/y', failure }], [undefined, `${broke}; asking b/y`]],
    [
      'it is asked again',
      [gone, { type: 'pause', target: CLAUDE, ms: 0, tries: 1, of: 2, failure }],
      [undefined, `${broke}; trying again at once (1 of 2)`],
    ],
    ['nobody is left', [gone, { type: 'call-end', record: record({}) }], [undefined, broke]],
    [
      'all rest, and then it is asked again',
      [
        { type: 'wait', ms: 21_000, target: CLAUDE, why: 'told', from: CLAUDE, failure: overloaded },
        { type: 'pause', target: CLAUDE, ms: 0, tries: 1, of: 2, failure: overloaded },
      ],
      [`${CLAUDE}: overloaded; everything rests; waiting 21 s for ${CLAUDE}`, `trying ${CLAUDE} again (1 of 2)`],
    ],
    [
      'all rest after a break',
      [
        gone,
        { type: 'wait', ms: 21_000, target: 'b/y', why: 'told', from: CLAUDE, failure },
        { type: 'switch', from: CLAUDE, to: 'b/y', failure },
      ],
      [undefined, `${broke}; everything rests; waiting 21 s for b/y`, 'asking b/y'],
    ],
  ])('one failure is told once: %s', (_what, what, lines) => {
    const words = new CallLines();
    expect(what.map((one) => words.line(event(one)))).toEqual(lines);
  });

  it('a cut answer is told as one', () => {
    expect(cutWords('length')).toContain('max_tokens');
    expect(cutWords('content-filter')).toContain('content filter');
    expect(cutWords('stop')).toBeUndefined();
  });

  it.each([
    [{}, undefined, 'no tokens'],
    [{ input: 1200, output: 34 }, undefined, '1,200 tokens in, 34 out'],
    [{ input: 1200, cacheRead: 1000, output: 34, estimated: true }, 0.0123, '1,200 tokens in, 1,000 from cache, 34 out (estimated), $0.01'],
    [{ input: 1, output: 1 }, 0.00002, '1 token in, 1 out, $0.00002'],
    [{ input: 1, output: 1 }, 0, '1 token in, 1 out, $0.00'],
  ])('tokens and cost: %o', (usage, cost, words) => {
    expect(usageWords(usage, cost)).toBe(words);
  });

  it('the record of a call, columns aligned', () => {
    const lines = recordLines(
      record({
        attempts: [
          attempt('anthropic/long-name', 'too spicy'),
          { attempt: 2, target: 'b/y', ms: 5, shown: 'hard', usage: { input: 1, output: 2 } },
        ],
        skips: [{ target: 'c/z', place: 2, reason: 'resting', why: { kind: 'auth' } }],
        marks: ['request-suspect'],
      }),
    );
    expect(lines).toEqual([
      'call c',
      '  1  anthropic/long-name  100 ms  the request was not accepted (400): "too spicy"',
      '  2  b/y                  5 ms    answered, 1 token in, 2 out',
      '  -  c/z                          passed over: its key was refused',
      '  overload in 1235 ms; paid no tokens [request-suspect]',
    ]);
  });

  it('columns of nothing are nothing', () => {
    expect(columns([])).toEqual([]);
  });
});

describe('a tool call in words', () => {
  it.each([
    ['shell', '{"cmd":"ls -l"}', 'shell cmd=ls -l'],
    ['shell', '{"cmd":"a\\n  b"}', 'shell cmd=a b'],
    ['shell', '', 'shell'],
    ['read_file', '{"path": "no', 'read_file {"path": "no'],
    ['read_file', '["x"]', 'read_file ["x"]'],
    ['edit', '{"edits":[{"a":1}],"n":2}', 'edit edits=[{"a":1}] n=2'],
    ['x\ny', '{}', 'x y'],
  ])('%s %s', (name, input, words) => {
    expect(toolWords({ name, input })).toBe(words);
  });

  it('on one line it is cut, and never through the middle of a character', () => {
    const words = toolWords({ name: 'shell', input: JSON.stringify({ cmd: `${'x'.repeat(58)}👍${'y'.repeat(90)}` }) });
    expect(words).toBe(`shell cmd=${'x'.repeat(58)}…`);
    expect(toolWords({ name: 'shell', input: '"'.repeat(500) })).toHaveLength(100);
  });

  it('for who must decide about it, nothing is hidden: not behind an ellipsis, not in a long line', () => {
    const cmd = `echo ${'harmless '.repeat(20)}; rm -rf ~`;
    expect(wholeCall({ name: 'shell', input: '{"cmd":"ls"}' })).toBe('shell cmd=ls');
    expect(wholeCall({ name: 'shell', input: JSON.stringify({ cmd, timeout: 5 }) })).toBe(`shell\n    cmd: ${cmd}\n    timeout: 5`);
    expect(wholeCall({ name: 'shell', input: '{"cmd":"ls\\nrm x"}' })).toBe('shell\n    cmd: ls\n      rm x');
    expect(wholeCall({ name: 'shell', input: 'not json' })).toBe('shell arguments=not json');
    const long = wholeCall({ name: 'write_file', input: JSON.stringify({ path: 'a', content: `${'b'.repeat(9000)}end` }) });
    expect(long).toContain('… 5,003 more characters …');
    expect(long.endsWith('end')).toBe(true);
  });

  it.each([
    ['one\ntwo\n', false, '2 lines'],
    ['one\n', false, 'one'],
    ['', false, '(no output)'],
    ['bad\nworse', true, 'bad'],
    ['x'.repeat(200), false, `${'x'.repeat(79)}…`],
  ])('what came of it: %j', (output, failed, words) => {
    expect(resultWords(output, failed)).toBe(words);
  });
});
