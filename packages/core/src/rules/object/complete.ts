import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { judgeJson } from './judge-json.ts';

type Request = Pick<LanguageModelV4CallOptions, 'responseFormat' | 'toolChoice'>;

/** C5: characters of a structured answer that are held at most; a longer one is handed on as it comes, and a break is then final. */
export const MOST_HELD = 4 * 1024 * 1024;

/** C5: JSON mode, a schema or a forced tool: such an answer cannot be gone on with, a constrained decoder begins a new document. */
export const isStructured = ({ responseFormat, toolChoice }: Request): boolean =>
  responseFormat?.type === 'json' || toolChoice?.type === 'tool' || toolChoice?.type === 'required';

/**
 * Whether the text of an answer, as far as it has come, is complete and valid JSON for what was asked. `whole`: hand it on. `part`: more must
 * come. `wrong`: it is JSON, or no JSON at all, and nothing that follows makes it right.
 */
export function completeness(text: string, { responseFormat }: Pick<Request, 'responseFormat'>): 'whole' | 'part' | 'wrong' {
  if (responseFormat?.type !== 'json') return 'whole';
  const { schema } = responseFormat;
  const judged = judgeJson(text, schema === undefined ? {} : { schema });
  if (judged.kind === 'ok') return 'whole';
  return judged.kind === 'schema' || (judged.kind === 'parse' && !judged.cut) ? 'wrong' : 'part';
}
