import type {
  LanguageModelV2Prompt,
  LanguageModelV3Prompt,
  LanguageModelV4FilePart,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
} from '@ai-sdk/provider';

type Message = LanguageModelV4Prompt[number];
type Content = Exclude<Message['content'], string>[number];
type Output = LanguageModelV4ToolResultOutput;
type OutputPart = Extract<Output, { readonly type: 'content' }>['value'][number];
/** The older interface is checked at its border only: what goes there is made by hand, field by field. */
type Loose = Readonly<Record<string, unknown>>;

export type Older = 'v2' | 'v3';

/** A prompt as models of an older interface take it. Parts that it has no word for are left out: nobody made them there. */
export function promptDown(prompt: LanguageModelV4Prompt, version: Older): LanguageModelV2Prompt & LanguageModelV3Prompt {
  const down = prompt.flatMap((message): readonly Loose[] => {
    if (typeof message.content === 'string') return [message as unknown as Loose];
    const content = (message.content as readonly Content[]).flatMap((part) => partDown(part, version));
    return content.length > 0 || message.content.length === 0 ? [{ ...message, content }] : [];
  });
  return down as unknown as LanguageModelV2Prompt & LanguageModelV3Prompt;
}

function partDown(part: Content, version: Older): readonly Loose[] {
  switch (part.type) {
    case 'file':
      return fileDown(part);
    case 'tool-result':
      return [{ ...part, output: outputDown(part.output, version) }];
    case 'reasoning-file':
    case 'custom':
      return [];
    case 'tool-approval-response':
      return version === 'v2' ? [] : [part as unknown as Loose];
    default:
      return [part as unknown as Loose];
  }
}

function fileDown({ data, ...part }: LanguageModelV4FilePart): readonly Loose[] {
  if (data.type === 'text') return [{ type: 'text', text: data.text }];
  if (data.type === 'data') return [{ ...part, data: data.data }];
  return data.type === 'url' ? [{ ...part, data: data.url }] : [];
}

function outputDown(output: Output, version: Older): Loose {
  if (output.type === 'execution-denied' && version === 'v2') return { type: 'error-text', value: output.reason ?? 'not executed: denied' };
  if (output.type !== 'content') return output as unknown as Loose;
  return { ...output, value: output.value.flatMap((part) => outputPartDown(part, version)) };
}

function outputPartDown(part: OutputPart, version: Older): readonly Loose[] {
  if (part.type !== 'file') return part.type === 'text' || version === 'v3' ? [part as unknown as Loose] : [];
  const { data, mediaType } = part;
  if (data.type === 'text') return [{ type: 'text', text: data.text }];
  if (data.type === 'data') {
    const encoded = typeof data.data === 'string' ? data.data : base64(data.data);
    return [{ type: version === 'v2' ? 'media' : 'file-data', data: encoded, mediaType }];
  }
  if (data.type === 'url')
    return version === 'v2' ? [{ type: 'text', text: String(data.url) }] : [{ type: 'file-url', url: String(data.url) }];
  return version === 'v2' ? [] : [{ type: 'file-id', fileId: data.reference }];
}

/** Bytes at a time: a call takes so many arguments and no more. */
const CHUNK = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}
