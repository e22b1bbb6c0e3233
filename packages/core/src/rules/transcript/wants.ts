import type { SchemaDialect } from './schemas.ts';
import type { ToolIdRule } from './tool-ids.ts';
import type { ToolNameRule } from './tool-names.ts';

/** What a target takes of a conversation and of a request: facts by family of models (`families.data.ts`), never by one model's name in code. */
export interface Wants {
  readonly toolIds: ToolIdRule;
  readonly toolNames: ToolNameRule;
  readonly schemas: SchemaDialect;
  /** `top`: a later system message goes on as marked user text. */
  readonly system: 'anywhere' | 'top';
  /**
   * `user-first`: the first message is the user's · `alternate`: neither speaks twice in a row · `strict`: nor does the user speak right
   * after a tool.
   */
  readonly turns: 'any' | 'user-first' | 'alternate' | 'strict';
  /** A conversation that ends with the assistant is refused, or continued where nobody meant it. */
  readonly endsWithUser: boolean;
  /** Media types in a user's message, and in a tool's result; `image/*` for all of a kind. */
  readonly files: readonly string[];
  readonly resultFiles: readonly string[];
  /** Media types that it fetches by URL. */
  readonly urls: readonly string[];
  /** Files by the id under which the vendor keeps them. */
  readonly references: boolean;
  /** Thinking on wants a signed block at the head of a turn that asked for tools (providers C4). */
  readonly leadingThought: boolean;
  /** What reasoning must carry to be taken back; `none`: it carries nothing. */
  readonly reasoning: 'signature' | 'encrypted' | 'thought-signature' | 'none';
  /** The first call of a step carries a signature, or the word for "made elsewhere" (providers C3). */
  readonly signedCalls: boolean;
  /** Several calls in one turn. */
  readonly parallelCalls: boolean;
  /** Calls and results go on as text: the model knows no tools. */
  readonly toolText: boolean;
  /** Most stop sequences. */
  readonly stops: number;
  readonly penalties: boolean;
  /** A forced tool; `quiet`: only without thinking. */
  readonly forcedTool: 'yes' | 'quiet' | 'no';
  readonly maxTemperature: number;
  /** The names under `providerOptions` that it reads; empty: not known, all are left. */
  readonly namespaces: readonly string[];
  /** Cache marks of its own kind. */
  readonly cacheMarks: boolean;
}

export function withoutImages(wants: Wants): Wants {
  const others = (types: readonly string[]): readonly string[] => types.filter((type) => type !== '*/*' && !type.startsWith('image/'));
  return { ...wants, files: others(wants.files), resultFiles: others(wants.resultFiles) };
}

/** Whether a list of media types holds one. A bare `image` is some image. */
export function takes(types: readonly string[], mediaType: string): boolean {
  const type = mediaType.toLowerCase();
  const kind = type.split('/')[0] ?? '';
  const whole = type === kind || type.endsWith('/*');
  return types.some((one) => one === '*/*' || one === type || one === `${kind}/*` || (whole && one.startsWith(`${kind}/`)));
}
