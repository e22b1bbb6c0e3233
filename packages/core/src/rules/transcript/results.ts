import type { LanguageModelV4FilePart, LanguageModelV4TextPart, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider';
import { sentFile, takesFile } from './files.ts';
import { metadata, type Standing } from './origin.ts';
import { EMPTY } from './plain-turns.ts';
import type { Wants } from './wants.ts';

type Output = LanguageModelV4ToolResultOutput;
type Content = Extract<Output, { type: 'content' }>['value'][number];
export type Moved = (LanguageModelV4FilePart | LanguageModelV4TextPart)[];

const PROVIDER_RUN_LIMIT = 4000;
const DENIED = 'Tool call execution denied.';

/**
 * What a tool answered, as a target takes it (providers C10, C18). Files that may not stand in a result go into `moved`, for a message of
 * the user's behind it.
 */
export function sentOutput(output: Output, wants: Wants, from: Standing, moved: Moved): Output {
  switch (output.type) {
    case 'execution-denied':
      return { type: 'error-text', value: output.reason?.trim() || DENIED };
    case 'text':
    case 'error-text':
      return { type: output.type, value: output.value.trim() === '' ? EMPTY : output.value, ...metadata(output, from, wants) };
    case 'json':
    case 'error-json':
      return { type: output.type, value: output.value ?? null, ...metadata(output, from, wants) };
    case 'content':
      return listed(output.value, wants, from, moved);
  }
}

function listed(items: readonly Content[], wants: Wants, from: Standing, moved: Moved): Output {
  const value = items.flatMap((item): Content[] => {
    if (item.type === 'text') return item.text.trim() === '' ? [] : [{ type: 'text', text: item.text, ...metadata(item, from, wants) }];
    if (item.type !== 'file') return wants.namespaces.length === 0 ? [item] : [{ type: 'text', text: textOf(item) }];
    if (takesFile(item, wants.resultFiles, wants)) {
      const { providerOptions: _, ...file } = item;
      return [{ ...file, ...metadata(item, from, wants) }];
    }
    const sent = sentFile(item, wants, from);
    if (sent.type === 'text') return [{ type: 'text', text: sent.text }];
    moved.push(sent);
    return [{ type: 'text', text: `[${item.mediaType}: see the next message]` }];
  });
  if (value.length === 0) return { type: 'text', value: EMPTY };
  // Where results hold no files a list is one text.
  if (wants.resultFiles.length > 0) return { type: 'content', value };
  return { type: 'text', value: value.map((item) => (item.type === 'text' ? item.text : textOf(item))).join('\n') };
}

const textOf = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, PROVIDER_RUN_LIMIT);

/** A result as words: of tools that another provider ran, and of calls that were answered too late. */
export function outputText(output: Output): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value.slice(0, PROVIDER_RUN_LIMIT);
    case 'execution-denied':
      return output.reason ?? DENIED;
    case 'content':
      return output.value
        .map((item) => (item.type === 'text' ? item.text : `[${item.type === 'file' ? item.mediaType : item.type}]`))
        .join('\n')
        .slice(0, PROVIDER_RUN_LIMIT);
    default:
      return textOf(output.value);
  }
}
