import { describe, expect, it } from 'vitest';
import { promptProblem, promptText } from './mcp-prompt.ts';

describe('prompts of a server', () => {
  it('are the text of their messages, with blank lines and a word for what is no text', () => {
    const messages = [
      { content: { type: 'text', text: 'Look at this.' } },
      { content: { type: 'image', data: 'aGk=', mimeType: 'image/png' } },
      { content: { type: 'resource', resource: { uri: 'a.md', text: '# A' } } },
    ];
    expect(promptText(messages)).toBe('Look at this.\n\n[image image/png]\n\n# A');
    expect(promptText([])).toBe('');
  });

  it.each([
    [{ city: 'Ulm', state: 'BW' }, undefined],
    [{ state: 'BW' }, 'The prompt "weather" needs "city".'],
    [{}, 'The prompt "weather" needs "city".'],
  ])('given %j: %s', (given, problem) => {
    const prompt = { name: 'weather', arguments: [{ name: 'city', required: true }, { name: 'state' }] };
    expect(promptProblem(prompt, given as Record<string, string>)).toBe(problem);
  });

  it('names all that is missing', () => {
    const prompt = {
      name: 'p',
      arguments: [
        { name: 'a', required: true },
        { name: 'b', required: true },
      ],
    };
    expect(promptProblem(prompt, {})).toBe('The prompt "p" needs "a" and "b".');
  });
});
