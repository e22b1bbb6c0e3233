import { orAbort } from '@holdfast/core/engine';
import type { Tool, Toolset, ToolsetPrompt } from '../ports.ts';
import { promptProblem, type ListedPrompt } from '../rules/mcp-prompt.ts';
import { instructionOf, nothingLeft, shownTools, type ListedTool, type ShownTool } from '../rules/mcp-tool.ts';
import { checkInput } from '../rules/tool-input.ts';
import { Calls } from './calls.ts';
import type { Connection } from './connection.ts';
import { dial } from './dial.ts';
import { Listed } from './listed.ts';
import { Server } from './server.ts';
import { LIMITS, nameOf, type McpPorts, type McpSettings } from './settings.ts';
import { within } from './time-limit.ts';

/** An MCP server as a toolset. Nothing is started or loaded before its tools are asked for. */
export const mcpToolset = (settings: McpSettings, ports: McpPorts): Toolset => new McpToolset(settings, ports);

class McpToolset implements Toolset {
  readonly name: string;
  readonly deferred: boolean;
  readonly #settings: McpSettings;
  readonly #ports: McpPorts;
  readonly #server: Server;
  readonly #calls: Calls;
  readonly #tools: Listed<Connection, readonly Tool[]>;
  readonly #prompts: Listed<Connection, readonly ToolsetPrompt[]>;
  #instructions: string | undefined;

  constructor(settings: McpSettings, ports: McpPorts) {
    this.name = nameOf(settings);
    this.deferred = settings.deferred ?? false;
    this.#settings = settings;
    this.#ports = ports;
    this.#server = new Server(this.name, (signal) => this.#start(signal), ports.clock, settings.restarts);
    this.#calls = new Calls(this.name, this.#server, ports.clock, settings.callMs);
    this.#tools = new Listed(async (connection) => this.#shown(await this.#list(connection, 'tools')));
    this.#prompts = new Listed(async (connection) => (await this.#list(connection, 'prompts')).map((prompt) => this.#prompt(prompt)));
  }

  async tools(signal: AbortSignal): Promise<readonly Tool[]> {
    return orAbort(this.#tools.of(await this.#server.want(signal)), signal);
  }

  async prompts(signal: AbortSignal): Promise<readonly ToolsetPrompt[]> {
    return orAbort(this.#prompts.of(await this.#server.want(signal)), signal);
  }

  instruction(): string | undefined {
    return instructionOf(this.#settings.instruction, this.#instructions);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** A server that greets and then does not list its tools has not started. */
  async #start(signal: AbortSignal): Promise<Connection> {
    const news = {
      toolsChanged: () => this.#tools.changed(),
      promptsChanged: () => this.#prompts.changed(),
      elicit: this.#calls.elicit.bind(this.#calls),
    };
    const connection = await dial(this.#settings, this.#ports, news, signal);
    try {
      await orAbort(this.#tools.of(connection), signal);
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.#instructions = connection.instructions;
    return connection;
  }

  async #list<K extends 'tools' | 'prompts'>(connection: Connection, what: K): Promise<Awaited<ReturnType<Connection[K]>>> {
    const never = new AbortController().signal;
    const listed = await within(LIMITS.list, never, this.#ports.clock, (signal) => connection[what](signal));
    if (listed) return listed.value as Awaited<ReturnType<Connection[K]>>;
    const late = new Error(`${this.name} did not list its ${what} within ${LIMITS.list / 1000} s.`);
    connection.give(late);
    throw late;
  }

  #shown(listed: readonly ListedTool[]): readonly Tool[] {
    const { prefix, tools: only, readOnly, model } = this.#settings;
    const nothing = nothingLeft(listed, { prefix, only });
    if (nothing !== undefined) throw new Error(`${this.name} ${nothing}.`);
    return shownTools(listed, { prefix, only, readOnly, model }).map((shown) => this.#tool(shown));
  }

  #tool({ own: tool, spec }: ShownTool): Tool {
    const mended = (given: Readonly<Record<string, unknown>>) => {
      const checked = checkInput(spec.name, spec.parameters, given);
      if ('error' in checked) throw new Error(checked.error);
      return checked.input;
    };
    return {
      ...spec,
      touches: async (input) => {
        mended(input);
        return { reads: [], writes: [] };
      },
      prepare: async (given, context) => {
        const call = { tool, idempotent: spec.idempotent, input: mended(given), context };
        return { run: () => this.#calls.make(call), drop: () => {} };
      },
    };
  }

  #prompt(listed: ListedPrompt): ToolsetPrompt {
    const { name, description } = listed;
    const given = (listed.arguments ?? []).map(({ name: argument, description: about, required }) => ({
      name: argument,
      ...(about !== undefined && { description: about }),
      ...(required !== undefined && { required }),
    }));
    return {
      name,
      ...(description !== undefined && { description }),
      arguments: given,
      text: async (words, signal) => {
        const problem = promptProblem(listed, words);
        if (problem !== undefined) throw new Error(problem);
        const connection = await this.#server.want(signal);
        const text = await within(LIMITS.prompt, signal, this.#ports.clock, (limit) => connection.prompt(name, words, limit));
        if (!text) throw new Error(`${this.name} did not answer the prompt "${name}" within ${LIMITS.prompt / 1000} s.`);
        return text.value;
      },
    };
  }
}
