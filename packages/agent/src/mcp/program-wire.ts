import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { isFolder, openPipe, type ChildPipe, type ProgramEnd } from '../io/child-pipe.ts';
import { endWords, programTrouble, wrote, type ProgramFacts } from '../rules/mcp-failure.ts';
import { answeredBy, LONGEST_MESSAGE } from '../rules/mcp-overlong.ts';
import type { McpPorts, McpProgram } from './settings.ts';
import { answerFor, type Sdk, type Wire } from './wire.ts';

/** Ms a server has to go by itself once its stdin is closed. */
const PATIENCE = 300;
/** Characters kept of what stands on stdout and is no message. */
const GARBAGE_KEPT = 300;

/**
 * A server as a child process. The package's own transport signals one process and leaves the rest of its group, holds what has no end,
 * and drops what a server prints by mistake without a trace.
 */
export class ProgramWire implements Wire {
  readonly transport: Transport;
  readonly #program: McpProgram;
  readonly #ports: McpPorts;
  readonly #sdk: Sdk;
  #opening: Promise<ChildPipe> | undefined;
  #pipe: ChildPipe | undefined;
  #closed = false;
  #end: ProgramEnd | undefined;
  #cwdMissing = false;
  #tooLong = false;
  #garbage: string | undefined;

  constructor(program: McpProgram, ports: McpPorts, sdk: Sdk) {
    this.#program = program;
    this.#ports = ports;
    this.#sdk = sdk;
    this.transport = {
      start: () => this.#start(),
      send: async (message) => {
        if (!this.#pipe) throw new Error('not started');
        const { send, ended } = this.#pipe;
        // What reads no more is about to end, and its end says more than the pipe.
        await send(sdk.serializeMessage(message)).catch(() => ended);
      },
      close: () => this.close(true),
    };
  }

  startWords(error: unknown, limitMs: number | undefined): string {
    const errno = this.#pipe ? undefined : (error as { code?: string }).code;
    const said = this.#end || this.#pipe === undefined ? undefined : `answered wrongly (${(error as Error).message})`;
    return programTrouble({ ...this.#facts(), errno }, limitMs, said);
  }

  endWords(): string {
    return `${endWords({ ...this.#facts(), tooLong: this.#tooLong })}${wrote(this.#facts())}`;
  }

  /** Its end is seen, not guessed from a request. */
  isEnd(): boolean {
    return false;
  }

  async close(politely: boolean): Promise<void> {
    this.#closed = true;
    const pipe = await this.#opening?.catch(() => undefined);
    await pipe?.close(politely ? PATIENCE : 0);
  }

  async #start(): Promise<void> {
    const { command, args, cwd, env } = this.#program;
    const program = { command, args, cwd, env: { ...this.#ports.childEnvironment(Object.keys(env)), ...env }, longest: LONGEST_MESSAGE };
    this.#cwdMissing = !(await isFolder(cwd));
    if (this.#closed) throw new Error('closed');
    const listener = { line: (text: string) => this.#line(text), tooLong: (head: string, tail: string) => this.#long(head, tail) };
    this.#opening = openPipe(program, this.#ports.clock, listener);
    this.#pipe = await this.#opening;
    void this.#pipe.ended.then((end) => {
      this.#end = end;
      this.transport.onclose?.();
    });
  }

  #line(text: string): void {
    let message: JSONRPCMessage;
    try {
      message = this.#sdk.deserializeMessage(text);
    } catch {
      this.#garbage ??= text.slice(0, GARBAGE_KEPT);
      return;
    }
    this.transport.onmessage?.(message);
  }

  #long(head: string, tail: string): void {
    const id = answeredBy(head, tail);
    if (id !== undefined) {
      this.transport.onmessage?.(answerFor(id, 'The answer was longer than 10 MB and was thrown away. Ask for less at a time.'));
    } else if (head.trimStart().startsWith('{')) {
      // Somebody may wait for it, and cannot be told.
      this.#tooLong = true;
      void this.close(false);
    } else {
      this.#garbage ??= head.slice(0, GARBAGE_KEPT);
    }
  }

  #facts(): ProgramFacts {
    const { scrub } = this.#ports;
    const { command, args, cwd } = this.#program;
    return {
      command: scrub([command, ...args].join(' ')).slice(0, 300),
      cwd,
      cwdMissing: this.#cwdMissing,
      end: this.#end,
      stderr: scrub(this.#pipe?.stderr() ?? ''),
      garbage: this.#garbage === undefined ? undefined : scrub(this.#garbage),
    };
  }
}
