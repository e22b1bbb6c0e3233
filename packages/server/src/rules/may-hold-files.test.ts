import type { JsonObject } from '@holdfast/core/wire';
import { expect, it } from 'vitest';
import { mayHoldFiles } from './may-hold-files.ts';

const url = 'data:image/png;base64,AAAA';

const FILES: readonly JsonObject[] = [
  { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
  { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA' } }] }] },
  {
    messages: [
      { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'image', source: { type: 'base64', data: 'AAAA' } }] }] },
    ],
  },
  { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'text', data: 'x' } }] }] },
  { messages: [{ role: 'assistant', content: null, images: [{ type: 'image_url', image_url: { url } }] }] },
  { input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] },
  { input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_file', file_data: 'AAAA' }] }] },
  { input: [{ type: 'image_generation_call', result: 'AAAA' }] },
  { messages: [{ role: 'user', content: [{ type: 'what comes next year' }] }] },
];

const TEXTS: readonly JsonObject[] = [
  { messages: [{ role: 'user', content: 'an image of a document in base64' }], tools: [{ type: 'function', function: { name: 'image' } }] },
  { system: [{ type: 'text', text: 'image' }], messages: [{ role: 'user', content: [{ type: 'text', text: 'image' }] }] },
  {
    messages: [{ role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] }],
  },
  { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'image' }] }] },
  { input: 'image' },
  {
    input: [
      { role: 'user', content: 'image' },
      { type: 'function_call_output', call_id: 'c', output: 'image' },
    ],
  },
];

it('what may hold files, whatever the words around it are', () => {
  expect(FILES.map(mayHoldFiles)).toEqual(FILES.map(() => true));
  expect(TEXTS.map(mayHoldFiles)).toEqual(TEXTS.map(() => false));
});
