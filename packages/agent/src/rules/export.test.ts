import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow, RunEvent } from './events.ts';
import { exportHtml } from './export-html.ts';
import { exportJson, exportMarkdown } from './export-markdown.ts';
import { piecesOf } from './export-pieces.ts';

const HEAD = { id: 's-1', title: 'A <b>title', agent: 'root', file: '/a.yaml', created: 0, updated: 90_000_000, status: 'done' };
const ORIGIN = { place: 0, ref: 'lab/one', entry: 'lab', protocol: 'other', model: 'one', account: 'a' };
const CHILD = ['helper@c1'];
const PIXEL = 'iVBORw0KGgo=';

type Told = readonly [readonly string[], RunEvent];
const rowsOf = (told: readonly Told[]): readonly EventRow[] =>
  told.map(([path, event], index) => ({ session: 's-1', seq: index + 1, version: 2, at: 1, run: 'r', path, event }));
const reply = (text: string, ...calls: readonly { id: string; name: string; input: string }[]): RunEvent => ({
  type: 'model-reply',
  turn: 1,
  blocks: [
    { type: 'reasoning', text: 'I think.' },
    { type: 'text', text },
    ...calls.map((call) => ({ type: 'tool-call', ...call }) as const),
  ],
  finish: calls.length > 0 ? 'tool-calls' : 'stop',
  origin: ORIGIN,
  usage: {},
  call: 'r',
});

const STORY: readonly Told[] = [
  [[], { type: 'run-start', agent: 'root', resumed: false }],
  [[], { type: 'input', text: 'Look\nhere', files: [{ mediaType: 'image/png', data: PIXEL, name: 'dot.png' }] }],
  [[], reply('I ask.', { id: 'c1', name: 'transfer_task', input: '{"task":"x"}' }, { id: 'c2', name: 'shell', input: '{"cmd":"ls"}' })],
  [[], { type: 'question', id: 'q', about: 'approval', call: { id: 'c2', name: 'shell', input: '' }, reason: 'no rule' }],
  [[], { type: 'answer', id: 'q', decision: 'deny', reason: 'not now' }],
  [CHILD, { type: 'run-start', agent: 'helper', resumed: false }],
  [[], { type: 'tool-result', id: 'c2', name: 'shell', output: 'The user rejected it.', failed: true, how: 'refused' }],
  [CHILD, { type: 'input', text: 'x', system: true }],
  [CHILD, reply('Found ``` in it.')],
  [CHILD, { type: 'run-end', why: 'done' }],
  [[], { type: 'tool-result', id: 'c1', name: 'transfer_task', output: 'a ```` fence', failed: false, how: 'done' }],
  [[], { type: 'compaction', why: 'manual', summary: 'All was found.', keep: 0 }],
  [[], { type: 'run-end', why: 'failed', failure: { kind: 'server', message: 'all failed' } }],
];

describe('a session as it reads', () => {
  it('what children did stands within the call that began them, answers with their questions', () => {
    const pieces = piecesOf(rowsOf(STORY), 'root');
    expect(pieces.map(({ is }) => is)).toEqual(['said', 'reply', 'call', 'call', 'summary', 'note']);
    expect(pieces[2]).toMatchObject({
      call: { id: 'c1' },
      child: {
        agent: 'helper',
        pieces: [
          { is: 'said', by: 'task' },
          { is: 'reply', agent: 'helper' },
        ],
      },
      result: { output: 'a ```` fence' },
    });
    expect(pieces[3]).toMatchObject({ asked: [{ reason: 'no rule', answer: { decision: 'deny', reason: 'not now' } }] });
  });

  it('a child whose call is not there stands by itself; nothing of it is lost', () => {
    const rows = rowsOf([[['lost@nobody', 'deeper@x'], reply('I am here.')]]);
    expect(exportMarkdown(HEAD, rows)).toContain('I am here.');
    expect(exportHtml(HEAD, rows)).toContain('I am here.');
  });

  it('JSON holds the head and every row', () => {
    const rows = rowsOf(STORY);
    expect(JSON.parse(exportJson(HEAD, rows))).toEqual({ session: HEAD, rows: JSON.parse(JSON.stringify(rows)) });
  });
});

describe('Markdown', () => {
  it('reads as it went', () => {
    const text = exportMarkdown(HEAD, rowsOf(STORY));
    expect(text).toMatch(/^# A \\<b\\>title\n\n- Session: s-1\n/);
    for (const part of [
      '- Last: 1970-01-02 01:00 UTC',
      '## User\n\nLook\nhere\n*[dot.png, image/png]*',
      '## root (lab/one)\n\n> *Thinking*\n>\n> I think.\n>\nI ask.',
      '### ✗ shell\n\n```json\n{"cmd":"ls"}\n```\n\n*Asked: no rule. Answered: deny (not now)*\n\n```\nThe user rejected it.\n```',
      '> **helper**\n>\n> ## Task\n>\n> x\n',
      '`````\na ```` fence\n`````',
      '## Summary of what came before\n\nAll was found.',
      '*the run ended: all failed*',
    ])
      expect(text).toContain(part);
  });
});

describe('HTML', () => {
  it('X1: is whole, runs nothing and loads nothing', () => {
    const html = exportHtml(HEAD, rowsOf(STORY));
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain(`default-src 'none'; style-src 'unsafe-inline'; img-src data:`);
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('<title>A &lt;b&gt;title</title>');
    expect(html).toContain(`<img alt="dot.png" src="data:image/png;base64,${PIXEL}">`);
    expect(html).toMatch(/<details class="call done"><summary>✓ transfer_task.*<div class="child"><h2>helper<\/h2>.*<\/details>/s);
    expect(html).not.toMatch(/<script|<link|<iframe|https?:|url\(|@import/i);
  });

  it.each([
    ['image/svg+xml', PIXEL],
    ['text/html', PIXEL],
    ['image/png', 'https://evil.example/x.png'],
    ['image/png', '"onerror="alert(1)'],
    ['image/png" onerror="alert(1)', PIXEL],
    ['image/png', 'data:text/html;base64,PGI+'],
    ['image/png', ''],
  ])('X2: a file of %s with %s is named, or shown from its own bytes as the picture it says to be', (mediaType, data) => {
    const html = exportHtml(HEAD, rowsOf([[[], { type: 'input', text: '', files: [{ mediaType, data, name: '<x>' }] }]]));
    const tags = [...html.matchAll(/<img[^>]*>/g)].map(([tag]) => tag);
    expect(tags.every((tag) => /^<img alt="&lt;x&gt;" src="data:image\/png;base64,[A-Za-z\d+/]+={0,2}">$/.test(tag))).toBe(true);
    expect(html).not.toMatch(/evil|<img[^>]*onerror/);
  });

  it('X2: whatever is said, named or put out, no tag, attribute or quote of it gets through', () => {
    const evil = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'script', ' onload=', '/', '=', '\u202e', '\u0000', 'a') });
    const plain = exportHtml({ ...HEAD, title: 'x' }, rowsOf(said('x')));
    const shape = (html: string) => html.replace(/>[^<]*</g, '><').replace(/<style>.*<\/style>/s, '');
    fc.assert(
      fc.property(evil, (text) => {
        const told = text.trim() === '' ? 'x' : text;
        const html = exportHtml({ ...HEAD, title: told, file: told, agent: told }, rowsOf(said(told)));
        expect(shape(html)).toBe(shape(plain));
        for (const odd of ['\u0000', '\u202e']) expect(html).not.toContain(odd);
      }),
    );
  });
});

/** The same text everywhere a session holds one. */
const said = (text: string): readonly Told[] => [
  [[], { type: 'input', text, files: [{ mediaType: `x/${text}`, data: text, name: text }] }],
  [[], reply(text, { id: 'c1', name: text, input: text })],
  [[], { type: 'question', id: 'q', about: 'approval', call: { id: 'c1', name: text, input: text }, reason: text }],
  [[], { type: 'answer', id: 'q', decision: 'deny', reason: text }],
  [[], { type: 'tool-start', id: 'c1', name: text, input: text }],
  [[`${text}@c1`], { type: 'input', text }],
  [[], { type: 'tool-result', id: 'c1', name: text, output: text, failed: false, how: 'done', file: text }],
  [[], { type: 'compaction', why: 'manual', summary: text, keep: 0 }],
  [[], { type: 'notice', text }],
];
