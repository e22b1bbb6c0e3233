import type { Attachment, Block } from './events.ts';
import type { Message } from './run-state.ts';

/** Characters a token takes, on average. */
const CHARS = 4;
/** Tokens a message takes beside what is in it: its role and its borders. */
const BORDER = 5;
/** Tokens of a picture or another file, as most vendors count a large one. */
const FILE = 1500;

/** Scripts of which a character takes a token, about: Chinese, Japanese, Korean. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/g;
const ANY_WIDE = /[\u2e80-\uffef]/;

/** Characters of a text, one of a wide script as many as fill a token. */
function widthOf(text: string): number {
  const wide = ANY_WIDE.test(text) ? (text.match(WIDE)?.length ?? 0) : 0;
  return text.length + wide * (CHARS - 1);
}

const tokensOf = (width: number): number => Math.floor(width / CHARS);

export const textTokens = (text: string): number => tokensOf(widthOf(text));

const filesOf = (files: readonly Attachment[] | undefined): number => (files?.length ?? 0) * FILE;

/** Estimated tokens of one message; looks at each of its characters once. */
export function messageTokens(message: Message): number {
  if (message.role === 'user') return textTokens(message.text) + filesOf(message.files) + BORDER;
  if (message.role === 'tool') return resultTokens(message) + BORDER;
  let width = 0;
  let files = 0;
  for (const block of message.blocks) {
    if (block.type === 'file') files += FILE;
    else width += blockWidth(block);
  }
  return tokensOf(width) + files + BORDER;
}

const blockWidth = (block: Exclude<Block, { readonly type: 'file' }>): number =>
  block.type === 'tool-call' ? widthOf(block.name) + widthOf(block.input) : widthOf(block.text);

/** Estimated tokens of what a tool answered. */
export const resultTokens = ({ output, files }: Message & { readonly role: 'tool' }): number => textTokens(output) + filesOf(files);

/** Estimated tokens of the messages from one place on: a turn counts what is new in it. */
export function transcriptTokens(transcript: readonly Message[], from = 0): number {
  let sum = 0;
  for (let at = from; at < transcript.length; at++) sum += messageTokens(transcript[at] as Message);
  return sum;
}

interface ToolView {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Estimated tokens of what every prompt begins with: system texts and tools. */
export const overheadTokens = (system: readonly string[], tools: readonly ToolView[]): number =>
  system.reduce((sum, text) => sum + textTokens(text) + BORDER, 0) +
  tools.reduce((sum, { name, description, parameters }) => sum + textTokens(name + description + JSON.stringify(parameters)), 0);
