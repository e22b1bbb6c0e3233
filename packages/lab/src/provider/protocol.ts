import type { Reason } from '../outage.ts';
import type { Facts, ScriptedFinish, ScriptedUsage } from '../script.ts';

export const PROTOCOLS = ['openai-chat', 'anthropic-messages', 'openai-responses', 'google'] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

/** What a frame is to a fault: where content begins, where a call is cut, what comes after the finish. */
export type FrameRole = 'open' | 'ping' | 'reasoning' | 'text' | 'call' | 'call-done' | 'close' | 'finish' | 'usage' | 'end';

export interface Frame {
  readonly role: FrameRole;
  /** As it goes on the wire, its blank line included. */
  readonly bytes: string;
  /** Which tool call it belongs to. */
  readonly call?: number;
}

export interface MadeCall {
  readonly id: string;
  readonly name: string;
  /** JSON, unless the script wants it broken. */
  readonly args: string;
}

/** An answer with everything decided: what a protocol has to write down. */
export interface Made {
  /** A part of ids, unique among answers of one conversation. */
  readonly id: string;
  readonly model: string;
  /** Epoch ms. */
  readonly now: number;
  readonly chunks: readonly string[];
  readonly reasoning: readonly string[];
  readonly calls: readonly MadeCall[];
  readonly finish: ScriptedFinish;
  readonly usage: ScriptedUsage;
  readonly includeUsage: boolean;
}

/** The HTTP answer to a request that fails. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Trouble {
  readonly reason: Reason;
  /** Default: the status this vendor uses for it. */
  readonly status?: number;
  readonly model: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Epoch ms. */
  readonly now: number;
  readonly tokens?: { readonly requested: number; readonly limit: number };
  /** In place of the usual words. */
  readonly complaint?: { readonly message: string; readonly code?: string };
}

export type Route =
  | { readonly kind: 'generate'; readonly model?: string; readonly stream?: boolean }
  | { readonly kind: 'models' }
  | { readonly kind: 'count-tokens'; readonly model?: string };

export type RawFacts = Omit<Facts, 'provider' | 'nth' | 'answered'>;

/** One vendor's wire, written from recorded shapes. Nothing here is shared with the code that reads it. */
export interface Protocol {
  readonly base: '/v1' | '/v1beta';
  readonly contentType: string;
  /** `path` without the base. */
  route(method: string, path: string): Route | undefined;
  key(headers: Readonly<Record<string, string | undefined>>, query: URLSearchParams): string | undefined;
  facts(body: Readonly<Record<string, unknown>>, route: Route): RawFacts;
  frames(made: Made): readonly Frame[];
  whole(made: Made): unknown;
  error(trouble: Trouble): ErrorAnswer;
  /** An error within a stream; `seq` frames went before it. */
  errorFrame(seq: number, trouble: Trouble): string;
  /** A sign of life without content. */
  ping(seq: number): string;
  models(names: readonly string[]): unknown;
  count(tokens: number): unknown;
}

export const data = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`;
export const event = (name: string, payload: unknown): string => `event: ${name}\n${data(payload)}`;

export type Row = Readonly<Record<string, unknown>>;
export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
export const rows = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.filter(isRow) : []);
export const str = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The text of a content field: a string, or parts of which some hold text. */
export const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : rows(content)
        .map((part) => str(part['text']) || textOf(part['content']))
        .join('');

export const bearer = (header: string | undefined): string | undefined => /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1];

/** A number as text, a few characters at a time: how argument deltas arrive. */
export const deltas = (text: string, size = 7): readonly string[] => text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'gu')) ?? [];

export const argsOf = (args: string): unknown => {
  try {
    return JSON.parse(args);
  } catch {
    return {};
  }
};
