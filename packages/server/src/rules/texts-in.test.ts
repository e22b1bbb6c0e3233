import { expect, it } from 'vitest';
import { textsIn } from './texts-in.ts';

it('all that a client wrote, wherever it stands, and what its tools were asked as a provider would repeat it', () => {
  const texts = textsIn({
    system: 'be kind',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'the weather' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'weather', input: { city: 'Bern' } }] },
    ],
  });
  expect(texts).toEqual(expect.arrayContaining(['be kind', 'the weather', 'Bern', '{"city":"Bern"}']));
});
