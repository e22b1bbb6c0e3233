import type { Block } from './events.ts';
import { checkInput, type Schema } from './tool-input.ts';

/**
 * What the user is told of an answer that is not what `structured_output` asks for. The answer stays what it is: who reads it by a program
 * must know that it may not be read so.
 */
export function structuredNotice(
  blocks: readonly Block[],
  structured: { readonly name: string; readonly schema: Schema },
): string | undefined {
  if (blocks.some(({ type }) => type === 'tool-call')) return undefined;
  const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  if (text.trim() === '') return undefined;
  const parsed = parse(text);
  const about = `the answer is not the "${structured.name}" that structured_output asks for`;
  if (!parsed) return `${about}: it is no JSON`;
  const { value } = parsed;
  const problems = flawsOf(structured.schema, value);
  return problems === undefined ? undefined : `${about}: ${problems}`;
}

function flawsOf(schema: Schema, value: unknown): string | undefined {
  if (schema['type'] === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value))) return 'it is no JSON object';
  const checked = checkInput('the answer', { type: 'object', properties: { answer: schema }, required: ['answer'] }, { answer: value });
  return 'error' in checked ? /are wrong: (.*)\. Its arguments are/s.exec(checked.error)?.[1] : undefined;
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
