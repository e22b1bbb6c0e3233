import type { ClientProtocol } from '@holdfast/core/wire';
import { expect, it } from 'vitest';
import { onlyHere } from './only-here.ts';

it.each<[ClientProtocol, object, string | undefined]>([
  ['openai-chat', { n: 2 }, 'several-answers'],
  ['openai-chat', { n: 1, logprobs: false, modalities: ['text'] }, undefined],
  ['openai-chat', { logprobs: true }, 'logprobs'],
  ['openai-chat', { modalities: ['text', 'audio'] }, 'audio'],
  ['openai-responses', { top_logprobs: 3 }, 'logprobs'],
  ['openai-responses', { include: ['message.output_text.logprobs'] }, 'logprobs'],
  ['openai-responses', { include: ['reasoning.encrypted_content'], top_logprobs: 0, n: 2 }, undefined],
  ['anthropic-messages', { n: 2, logprobs: true }, undefined],
])('note 13: %s %j: %s', (protocol, body, reason) => {
  expect(onlyHere(protocol, { model: 'm', ...body })).toBe(reason);
});
