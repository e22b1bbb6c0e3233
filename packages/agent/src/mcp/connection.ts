import type { Client, CallToolResult } from '@modelcontextprotocol/client';
import type { ElicitParams, ElicitReply } from '../rules/mcp-elicit.ts';
import type { ListedPrompt } from '../rules/mcp-prompt.ts';
import { promptText } from '../rules/mcp-prompt.ts';
import type { ListedTool } from '../rules/mcp-tool.ts';
import { NO_ANSWER, type Sdk, type Wire } from './wire.ts';

/** What a server tells us without being asked. */
export interface ServerNews {
  toolsChanged(): void;
  promptsChanged(): void;
  /** The signal fires when the server does not wait any more. */
  elicit(params: ElicitParams, signal: AbortSignal): Promise<ElicitReply>;
}

/** What became of a call. `refused`: the server says it did not do it. `lost`: nobody knows whether it did. */
export type CallOutcome =
  | { readonly is: 'answered'; readonly result: CallToolResult }
  | { readonly is: 'refused'; readonly message: string; readonly pages?: readonly ElicitParams[] }
  | { readonly is: 'lost'; readonly message: string };

export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** One life of a server, from its first answer to its end. */
export interface Connection {
  readonly instructions: string | undefined;
  /** Resolves when it is over, with what became of it; never rejects. */
  readonly gone: Promise<Error>;
  tools(signal: AbortSignal): Promise<readonly ListedTool[]>;
  prompts(signal: AbortSignal): Promise<readonly ListedPrompt[]>;
  prompt(name: string, given: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>;
  /** Rejects only with the signal's reason. The server is told of a stop. */
  call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    progress: (progress: Progress) => void,
  ): Promise<CallOutcome>;
  /** Ends it because of what went wrong. */
  give(up: Error): void;
  close(): Promise<void>;
}

/** Ours are the limits; a longer timer would fire at once. */
const NO_LIMIT = 2 ** 31 - 1;

/** A client whose handshake is done. */
export class ClientConnection implements Connection {
  readonly gone: Promise<Error>;
  readonly instructions: string | undefined;
  readonly #sdk: Sdk;
  readonly #client: Client;
  readonly #wire: Wire;
  readonly #name: string;
  #cause: unknown;
  #given: Error | undefined;

  constructor(sdk: Sdk, client: Client, wire: Wire, name: string) {
    this.#sdk = sdk;
    this.#client = client;
    this.#wire = wire;
    this.#name = name;
    this.instructions = client.getInstructions();
    this.gone = new Promise((resolve) => {
      client.onclose = () => resolve(this.#given ?? new Error(`${name} ${wire.endWords(this.#cause)}`));
      // It may have ended between its handshake and here.
      if (client.transport === undefined) client.onclose();
    });
  }

  async tools(signal: AbortSignal): Promise<readonly ListedTool[]> {
    // Asked without the capability the package prints to the console.
    if (!this.#client.getServerCapabilities()?.tools) return [];
    const { tools } = await this.#asked(this.#client.listTools(undefined, { signal, timeout: NO_LIMIT, cacheMode: 'bypass' }), signal);
    return tools;
  }

  async prompts(signal: AbortSignal): Promise<readonly ListedPrompt[]> {
    if (!this.#client.getServerCapabilities()?.prompts) return [];
    const { prompts } = await this.#asked(this.#client.listPrompts(undefined, { signal, timeout: NO_LIMIT, cacheMode: 'bypass' }), signal);
    return prompts;
  }

  async prompt(name: string, given: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
    const { messages } = await this.#asked(
      this.#client.getPrompt({ name, arguments: { ...given } }, { signal, timeout: NO_LIMIT }),
      signal,
    );
    return promptText(messages);
  }

  async call(
    name: string,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    onprogress: (progress: Progress) => void,
  ): Promise<CallOutcome> {
    try {
      // Not `callTool`: that throws away answers that do not fit the tool's own schema.
      const params = { name, arguments: { ...input } };
      const result = await this.#client.request({ method: 'tools/call', params }, { signal, onprogress, timeout: NO_LIMIT });
      return { is: 'answered', result };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return await this.#outcomeOf(error);
    }
  }

  give(up: Error): void {
    this.#given ??= up;
    void this.#wire.close(false).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#wire.close(true).catch(() => {});
  }

  /** What a request comes to, in words of ours when it fails. */
  async #asked<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const { message } = (await this.#outcomeOf(error)) as { message: string };
      throw new Error(message, { cause: error });
    }
  }

  async #outcomeOf(cause: unknown): Promise<CallOutcome> {
    const { ProtocolError, SdkError, SdkErrorCode, UrlElicitationRequiredError } = this.#sdk;
    if (cause instanceof UrlElicitationRequiredError) return { is: 'refused', message: cause.message, pages: cause.elicitations };
    if (cause instanceof ProtocolError) {
      if (cause.data === NO_ANSWER) return { is: 'lost', message: `${this.#name} ${this.#wire.endWords(undefined)} before it answered` };
      return { is: 'refused', message: `${this.#name} answered: ${cause.message}` };
    }
    const code = cause instanceof SdkError ? cause.code : undefined;
    if (code === SdkErrorCode.InvalidResult || code === SdkErrorCode.UnsupportedResultType)
      return { is: 'lost', message: `${this.#name} answered what the protocol does not know: ${(cause as Error).message.slice(0, 500)}` };
    if (this.#wire.isEnd(cause)) {
      this.#cause = cause;
      await this.#wire.close(false).catch(() => {});
    }
    // Its own end is said better by what saw it than by the request that was cut off.
    if (this.#client.transport === undefined) return { is: 'lost', message: (await this.gone).message };
    return { is: 'lost', message: `${this.#name} ${this.#wire.endWords(cause)}` };
  }
}
