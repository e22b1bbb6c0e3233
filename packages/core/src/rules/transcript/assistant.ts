import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import type { CallFate } from './exchanges.ts';
import { sentFile } from './files.ts';
import { metadata, standing, type ProjectionTarget, type Standing } from './origin.ts';
import { outputText, type Moved } from './results.ts';
import { encryptedItem, mayReturn, trimmed } from './thoughts.ts';
import { projectToolId } from './tool-ids.ts';
import { sentName } from './tool-names.ts';

type Assistant = LanguageModelV4Message & { role: 'assistant' };
export type Content = Assistant['content'][number];
type Call = Extract<Content, { type: 'tool-call' }>;

/** Google's documented word for "this call was made elsewhere"; only the first of parallel calls is signed. */
const SKIP_SIGNATURE = 'skip_thought_signature_validator';

/** An assistant's turn as it is sent: its blocks, the ids of its calls, and files that must stand elsewhere. */
export interface Turn {
  readonly content: Content[];
  readonly ids: ReadonlyMap<Content, string>;
  readonly moved: Moved;
  readonly from: Standing;
  /** Calls without sense or result: they are not sent. */
  readonly dropped: ReadonlySet<Content>;
  /** Provider-run calls of others, by id. */
  readonly ranElsewhere: readonly string[];
}

/** The arguments as the object that every vendor wants; undefined for text that is none: a call cut in half (C7). */
function inputOf(input: unknown): object | undefined {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  if (input === undefined || input === null || input === '') return {};
  if (typeof input !== 'string') return { value: input };
  try {
    const parsed: unknown = JSON.parse(input);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : { value: parsed };
  } catch {
    return undefined;
  }
}

export function turnOf(message: Assistant, calls: readonly CallFate[], target: ProjectionTarget, place: number): Turn {
  const { wants, unsigned } = target;
  const whole = standing(message, target);
  const refused = unsigned !== undefined && place >= unsigned[0] && place < unsigned[1];
  const dropped = new Set<Content>(
    calls.filter(({ call: { input }, result }) => !result && inputOf(input) === undefined).map(({ call }) => call),
  );
  const ids = new Map<Content, string>(calls.map((fate) => [fate.call, sentId(fate, standing(fate.call, target, whole), target)]));
  const turn = { ids, dropped, from: whole, moved: [] as Moved, ranElsewhere: [] as string[] };
  const encrypted = new Set(message.content.flatMap(encryptedItem));
  const content = message.content.flatMap((part): Content[] => {
    if (dropped.has(part)) return [];
    const from = standing(part, target, whole);
    // What was refused once is sent without anything that only its vendor reads.
    const signed = refused ? 'foreign' : from;
    switch (part.type) {
      case 'text':
        return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text, ...metadata(part, signed, wants) }];
      case 'reasoning':
        if (signed === 'foreign' || !mayReturn(part, signed, target, encrypted)) return [];
        return [{ type: 'reasoning', text: part.text, ...metadata(part, signed, wants) }];
      case 'custom':
        return signed === 'foreign' || !speaks(part.kind, target) ? [] : [{ ...without(part), ...metadata(part, signed, wants) }];
      case 'reasoning-file':
        return signed === 'foreign' ? [] : [{ ...without(part), ...metadata(part, signed, wants) }];
      case 'tool-call':
        return call(part, from, signed, turn, target);
      case 'tool-result':
        return [from === 'foreign' ? providerRun(part) : { ...without(part), ...metadata(part, signed, wants) }];
      case 'file':
        return file(part, from, signed, turn.moved, target);
    }
  });
  return { ...turn, content: sign(trimmed(content), target) };
}

const without = <P extends Content>(part: P): P => {
  const { providerOptions: _, ...rest } = part;
  return rest as P;
};

/** A vendor's own block begins with the vendor's name. */
const speaks = (kind: string, { wants }: ProjectionTarget): boolean =>
  wants.namespaces.length === 0 || wants.namespaces.some((name) => kind.startsWith(`${name}.`));

/** Imitations of Anthropic make ids such as `functions.look:0`, and want them back. */
const OWN_ID = /^[\x21-\x7e]{1,64}$/;

function sentId({ call: { toolCallId }, occurrence }: CallFate, from: Standing, { wants: { toolIds } }: ProjectionTarget): string {
  if (from === 'own' && occurrence === 0 && toolIds === 'anthropic' && OWN_ID.test(toolCallId)) return toolCallId;
  return projectToolId(toolCallId, occurrence, toolIds);
}

function call(
  part: Call,
  from: Standing,
  signed: Standing,
  { ids, ranElsewhere }: Pick<Turn, 'ids'> & { ranElsewhere: string[] },
  { wants }: ProjectionTarget,
): Content[] {
  const kept = metadata(part, signed, wants);
  if (part.providerExecuted) {
    if (from !== 'foreign') return [{ ...without(part), ...kept }];
    ranElsewhere.push(part.toolCallId);
    return [];
  }
  const toolName = sentName(part.toolName, wants.toolNames);
  const input = inputOf(part.input) ?? { invalid: part.input };
  return [{ ...without(part), toolCallId: ids.get(part) ?? part.toolCallId, toolName, input, ...kept }];
}

/** A file the assistant made. Only who makes files takes them back in its own turn; others see it as the user's. */
function file(
  part: Content & { type: 'file' },
  from: Standing,
  signed: Standing,
  moved: Moved,
  { protocol, wants }: ProjectionTarget,
): Content[] {
  const itself = protocol === 'other' || (protocol === 'google' && part.data.type === 'data');
  if (from !== 'foreign' && itself) return [{ ...without(part), ...metadata(part, signed, wants) }];
  const sent = sentFile(part, wants, 'foreign');
  if (sent.type === 'text') return [{ type: 'text', text: sent.text }];
  moved.push(sent);
  return [{ type: 'text', text: `[made a file, ${part.mediaType}]` }];
}

/** A tool that another provider ran itself is foreign here: what it found goes on as text. */
export const providerRun = ({ toolName, output }: LanguageModelV4ToolResultPart): Content => ({
  type: 'text',
  text: `[result of ${toolName}: ${outputText(output)}]`,
});

/** Gemini 3 wants a signature on the first call of each step (providers C3). */
function sign(parts: Content[], { wants }: ProjectionTarget): Content[] {
  if (!wants.signedCalls) return parts;
  const at = parts.findIndex((part) => part.type === 'tool-call' && !part.providerExecuted);
  const first = parts[at];
  if (!first || wants.namespaces.some((name) => first.providerOptions?.[name]?.['thoughtSignature'] !== undefined)) return parts;
  const signed = {
    ...first,
    providerOptions: { ...first.providerOptions, google: { ...first.providerOptions?.['google'], thoughtSignature: SKIP_SIGNATURE } },
  };
  return parts.map((part, index) => (index === at ? signed : part));
}
