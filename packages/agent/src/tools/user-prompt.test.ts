import { describe, expect, it } from 'vitest';
import type { Elicited } from '../ports.ts';
import type { Elicitation } from '../rules/events.ts';
import { callTool } from '../testing/tool-call.ts';
import { userPromptTool } from './user-prompt.ts';

async function ask(input: object, answer: Elicited) {
  const asked: Elicitation[] = [];
  const elicit = async (ask: Elicitation) => {
    asked.push(ask);
    return answer;
  };
  return { ...(await callTool([userPromptTool()], 'user_prompt', input, { elicit })), asked: asked[0]! };
}

describe('user_prompt', () => {
  it('gives back what the user filled in', async () => {
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const { output, failed, asked } = await ask({ message: 'Who?', title: 'Name', schema }, { action: 'accept', content: { name: 'Ada' } });
    expect({ output, failed }).toEqual({ output: '{"action":"accept","content":{"name":"Ada"}}', failed: false });
    expect(asked).toEqual({ mode: 'form', message: 'Who?', title: 'Name', from: 'user_prompt', schema });
  });

  it('always asks with a form: a line of text, or one value', async () => {
    const { asked: line } = await ask({ message: 'Which?' }, { action: 'accept', content: { response: 'this' } });
    expect(line.schema).toEqual({ type: 'object', properties: { response: { type: 'string', title: 'Answer' } }, required: ['response'] });
    const { asked: one } = await ask({ message: 'Which?', schema: '{"type":"string","enum":["a","b"]}' }, { action: 'accept' });
    expect(one.schema).toEqual({ type: 'object', properties: { value: { type: 'string', enum: ['a', 'b'] } }, required: ['value'] });
  });

  it.each(['decline', 'cancel'] as const)('%s is a failed result, and nothing of a content is told', async (action) => {
    const { output, failed } = await ask({ message: 'May I?' }, { action, content: { response: 'x' } });
    expect({ output, failed }).toEqual({ output: `{"action":"${action}"}`, failed: true });
  });

  it('may run again under its id, alone, without a question about the question', () => {
    expect(userPromptTool()).toMatchObject({ idempotent: true, readOnly: true, sequential: true });
  });

  it('an empty message asks nobody', async () => {
    const { output, failed, asked } = await ask({ message: '' }, { action: 'accept' });
    expect({ output, failed, asked }).toEqual({ output: 'message is empty.', failed: true, asked: undefined });
  });
});
