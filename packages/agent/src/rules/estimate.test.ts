import { describe, expect, it } from 'vitest';
import type { Block } from './events.ts';
import { messageTokens, overheadTokens, transcriptTokens } from './estimate.ts';
import { factorOf, learnt, NO_EVIDENCE } from './evidence.ts';
import type { Message } from './run-state.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const user = (text: string): Message => ({ role: 'user', text });
const reply = (...blocks: readonly Block[]): Message => ({ role: 'assistant', origin: ORIGIN, finish: 'stop', blocks });

describe('estimates', () => {
  it('C2: characters by four, five for the message; text, reasoning, names and arguments of calls count', () => {
    expect(messageTokens(user(''))).toBe(5);
    expect(messageTokens(user('x'.repeat(13)))).toBe(8);
    expect(messageTokens(reply({ type: 'text', text: 'x'.repeat(40) }, { type: 'reasoning', text: 'x'.repeat(20) }))).toBe(20);
    expect(messageTokens(reply({ type: 'tool-call', id: 'c', name: 'look', input: 'x'.repeat(36) }))).toBe(15);
    expect(messageTokens({ role: 'tool', id: 'c', name: 'look', output: 'x'.repeat(100), failed: false })).toBe(30);
  });

  it('pictures and files count flat, wherever they stand; wide scripts a token a character', () => {
    const file = { mediaType: 'image/png', data: 'A'.repeat(100_000) };
    expect(messageTokens({ role: 'user', text: '', files: [file, file] })).toBe(3005);
    expect(messageTokens({ role: 'tool', id: 'c', name: 'look', output: '', failed: false, files: [file] })).toBe(1505);
    expect(messageTokens(reply({ type: 'file', ...file }))).toBe(1505);
    expect(messageTokens(user('漢字かな'))).toBe(9);
  });

  it('system texts and tools count; a turn counts what is new in it', () => {
    const tool = { name: 'look', description: 'x'.repeat(30), parameters: { type: 'object' } };
    expect(overheadTokens(['x'.repeat(40)], [tool])).toBe(15 + Math.floor((34 + '{"type":"object"}'.length) / 4));
    const transcript = [user('x'.repeat(40)), user('x'.repeat(80))];
    expect([transcriptTokens(transcript), transcriptTokens(transcript, 1), transcriptTokens(transcript, 2)]).toEqual([40, 25, 0]);
  });
});

describe('calibration', () => {
  const after = (estimated: number, reported: number) => learnt(NO_EVIDENCE, estimated, { input: 1000 }, { input: 1000 + reported });

  it('is believed from 512 tokens on, and stays within 0.75 and 2', () => {
    expect(factorOf(NO_EVIDENCE)).toBe(1);
    expect(factorOf(after(511, 1000))).toBe(1);
    expect(factorOf(after(512, 768))).toBe(1.5);
    expect(factorOf(after(1000, 9000))).toBe(2);
    expect(factorOf(after(1000, 10))).toBe(0.75);
  });

  it('sums what it is told; a prompt that did not grow, and what is an estimate itself, teach nothing', () => {
    const one = after(400, 600);
    expect(learnt(one, 400, { input: 10 }, { input: 410 })).toEqual({ estimated: 800, reported: 1000 });
    expect(learnt(one, 400, { input: 500 }, { input: 500 })).toBe(one);
    expect(learnt(one, 400, { input: 500, estimated: true }, { input: 900 })).toBe(one);
    expect(learnt(one, 400, {}, { input: 900 })).toBe(one);
    expect(learnt(one, 0, { input: 500 }, { input: 900 })).toBe(one);
  });
});
