import { describe, expect, it } from 'vitest';
import { argumentsOf } from './file-commands.ts';

const prompt = { name: 'review', arguments: [{ name: 'file', required: true }, { name: 'style' }, { name: 'note' }] };

describe('the arguments of a server’s prompt', () => {
  it.each([
    ['main.ts', { file: 'main.ts' }],
    ['main.ts strict look at the end', { file: 'main.ts', style: 'strict', note: 'look at the end' }],
    ['style=kind "my file.ts"', { style: 'kind', file: 'my file.ts' }],
    ['file=a=b.ts', { file: 'a=b.ts' }],
    ['x=1', { file: 'x=1' }],
  ])('%j', (rest, given) => {
    expect(argumentsOf(prompt, rest)).toEqual(given);
  });

  it('says what is missing, and what is too much', () => {
    expect(() => argumentsOf(prompt, 'style=kind')).toThrow('/review needs file=…');
    expect(() => argumentsOf({ name: 'hi', arguments: [] }, 'you')).toThrow('/hi takes no more than 0 arguments');
  });
});
