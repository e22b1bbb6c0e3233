import { describe, expect, it } from 'vitest';
import { callTool } from '../testing/tool-call.ts';
import { modelPickerTools } from './model-picker.ts';

const models = ['fast', 'openai/gpt-5'];
const change = (model: string, list = models) =>
  callTool(modelPickerTools(list), 'change_model', { model }, { agent: 'coder', path: ['coder@c'] });

describe('model_picker', () => {
  it('a listed model becomes the agent’s for the session; reverting takes it back', async () => {
    expect(await change('openai/gpt-5')).toEqual({
      output: 'From your next turn on you are openai/gpt-5.',
      failed: false,
      events: [{ type: 'model-choice', agent: 'coder', ref: 'openai/gpt-5', lasts: 'session' }],
    });
    const { events, failed } = await callTool(modelPickerTools(models), 'revert_model', {}, { agent: 'coder' });
    expect({ events, failed }).toEqual({ events: [{ type: 'model-choice', agent: 'coder', lasts: 'session' }], failed: false });
  });

  it('no other one does', async () => {
    const refused = { failed: true, output: '"openai/gpt-6" cannot be chosen; there are fast, openai/gpt-5. Did you mean "openai/gpt-5"?' };
    expect(await change('openai/gpt-6')).toEqual(refused);
    expect((await change('fast', [])).output).toBe('No model can be chosen: the toolset lists none (models: in the agent file).');
    expect((await change('fast', [])).events).toBeUndefined();
  });

  it('the model is told what there is', () => {
    const [picker] = modelPickerTools(models);
    expect(picker!.description).toContain('There are: fast, openai/gpt-5.');
    expect(picker!.parameters).toMatchObject({ properties: { model: { enum: models } } });
  });
});
