/**
 * The agent runtimes by name, each over a model in process, as its own documents say it is used: `steps` model calls, each but the last with
 * one tool call. `asked` is told when the model is asked. Plain JavaScript: nothing of the project may need what is installed here only.
 * Each is loaded by itself: what one puts around promises or timers must not be in the others' figures.
 */
const ARGUMENTS = (nth) => `{"at":${nth}}`;
const SAW = (at) => `Seen at ${at}: nothing new.`;
const TOOL = { name: 'look', description: 'Looks at a place.' };

/** Which call of the model this is, from 1. */
const counter = (asked) => {
  let nth = 0;
  return () => {
    asked();
    return ++nth;
  };
};

const USAGE = {
  inputTokens: { total: 100, noCache: 100, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 10, text: 10, reasoning: undefined },
};

/** A model of the AI SDK. */
function languageModel(steps, asked) {
  const next = counter(asked);
  const finish = (reason) => ({ unified: reason, raw: reason });
  return {
    specificationVersion: 'v4',
    provider: 'bench',
    modelId: 'in-process',
    supportedUrls: {},
    async doGenerate() {
      const nth = next();
      const call = { type: 'tool-call', toolCallId: `call-${nth}`, toolName: 'look', input: ARGUMENTS(nth) };
      return nth < steps
        ? { content: [call], finishReason: finish('tool-calls'), usage: USAGE, warnings: [] }
        : { content: [{ type: 'text', text: 'done' }], finishReason: finish('stop'), usage: USAGE, warnings: [] };
    },
    async doStream() {
      const nth = next();
      const parts =
        nth < steps
          ? [{ type: 'tool-call', toolCallId: `call-${nth}`, toolName: 'look', input: ARGUMENTS(nth) }]
          : [
              { type: 'text-start', id: '0' },
              { type: 'text-delta', id: '0', delta: 'done' },
              { type: 'text-end', id: '0' },
            ];
      const all = [
        { type: 'stream-start', warnings: [] },
        ...parts,
        { type: 'finish', usage: USAGE, finishReason: finish(nth < steps ? 'tool-calls' : 'stop') },
      ];
      let at = 0;
      const pull = (out) => (at < all.length ? out.enqueue(all[at++]) : out.close());
      return { stream: new ReadableStream({ pull }, { highWaterMark: 0 }) };
    },
  };
}

async function aiTools() {
  const { tool } = await import('ai');
  const { z } = await import('zod');
  return { look: tool({ description: TOOL.description, inputSchema: z.object({ at: z.number() }), execute: async ({ at }) => SAW(at) }) };
}

export async function generateText() {
  const { generateText: generate, isStepCount } = await import('ai');
  const tools = await aiTools();
  return async (steps, asked) => {
    const { text } = await generate({ model: languageModel(steps, asked), tools, prompt: 'Go.', stopWhen: isStepCount(steps + 1) });
    return text;
  };
}

export async function streamText() {
  const { streamText: stream, isStepCount } = await import('ai');
  const tools = await aiTools();
  return async (steps, asked) => {
    const result = stream({ model: languageModel(steps, asked), tools, prompt: 'Go.', stopWhen: isStepCount(steps + 1) });
    await result.consumeStream();
    return await result.text;
  };
}

export async function pi() {
  const { Agent } = await import('@earendil-works/pi-agent-core');
  const { createAssistantMessageEventStream, Type } = await import('@earendil-works/pi-ai');
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };
  const usage = { input: 100, output: 10, cacheRead: 0, cacheWrite: 0, totalTokens: 110, cost };
  const model = { id: 'in-process', name: 'in-process', api: 'bench', provider: 'bench', baseUrl: '', reasoning: false, input: ['text'] };
  const look = {
    ...TOOL,
    label: 'Look',
    parameters: Type.Object({ at: Type.Number() }),
    execute: async (_, { at }) => ({ content: [{ type: 'text', text: SAW(at) }], details: {} }),
  };
  return async (steps, asked) => {
    const next = counter(asked);
    const streamFn = () => {
      const nth = next();
      const stopReason = nth < steps ? 'toolUse' : 'stop';
      const content =
        nth < steps ? { type: 'toolCall', id: `call-${nth}`, name: 'look', arguments: { at: nth } } : { type: 'text', text: 'done' };
      const from = { api: 'bench', provider: 'bench', model: 'in-process' };
      const message = { role: 'assistant', content: [content], ...from, usage, stopReason, timestamp: 0 };
      const stream = createAssistantMessageEventStream();
      stream.push({ type: 'start', partial: message });
      stream.push({ type: 'done', reason: stopReason, message });
      return stream;
    };
    const limits = { contextWindow: 1_000_000, maxTokens: 1000, cost };
    const agent = new Agent({
      initialState: { systemPrompt: 'Go on looking.', model: { ...model, ...limits }, tools: [look] },
      streamFn,
    });
    agent.subscribe(() => {});
    await agent.prompt('Go.');
    return agent.state.messages.at(-1).content[0].text;
  };
}

async function chatModel() {
  const { BaseChatModel } = await import('@langchain/core/language_models/chat_models');
  const { AIMessage } = await import('@langchain/core/messages');
  return class extends BaseChatModel {
    constructor(steps, next) {
      super({});
      this.steps = steps;
      this.next = next;
    }
    _llmType() {
      return 'in-process';
    }
    bindTools() {
      return this;
    }
    async _generate() {
      const nth = this.next();
      const called = nth < this.steps;
      const calls = called ? [{ id: `call-${nth}`, name: 'look', args: { at: nth }, type: 'tool_call' }] : [];
      const message = new AIMessage({ content: called ? '' : 'done', tool_calls: calls });
      return { generations: [{ message, text: called ? '' : 'done' }] };
    }
  };
}

async function langchainTool() {
  const { tool } = await import('@langchain/core/tools');
  const { z } = await import('zod');
  return tool(async ({ at }) => SAW(at), { ...TOOL, schema: z.object({ at: z.number() }) });
}

export async function langchain() {
  const { createAgent } = await import('langchain');
  const [ChatModel, look] = [await chatModel(), await langchainTool()];
  return async (steps, asked) => {
    const agent = createAgent({ model: new ChatModel(steps, counter(asked)), tools: [look] });
    const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'Go.' }] }, { recursionLimit: 4 * steps });
    return messages.at(-1).content;
  };
}

export async function langgraph() {
  const { MemorySaver } = await import('@langchain/langgraph');
  const { createReactAgent } = await import('@langchain/langgraph/prebuilt');
  const [ChatModel, look] = [await chatModel(), await langchainTool()];
  let thread = 0;
  return async (steps, asked) => {
    const llm = new ChatModel(steps, counter(asked));
    const agent = createReactAgent({ llm, tools: [look], checkpointer: new MemorySaver() });
    const config = { recursionLimit: 4 * steps, configurable: { thread_id: `${++thread}` } };
    const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'Go.' }] }, config);
    return messages.at(-1).content;
  };
}

export async function openai() {
  const { Agent, run, setTracingDisabled, tool } = await import('@openai/agents');
  const { Usage } = await import('@openai/agents');
  const { z } = await import('zod');
  setTracingDisabled(true);
  const look = tool({ ...TOOL, parameters: z.object({ at: z.number() }), execute: async ({ at }) => SAW(at) });
  return async (steps, asked) => {
    const next = counter(asked);
    const model = {
      async getResponse() {
        const nth = next();
        const call = { type: 'function_call', callId: `call-${nth}`, name: 'look', arguments: ARGUMENTS(nth), status: 'completed' };
        const said = { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'done' }] };
        return { usage: new Usage({ inputTokens: 100, outputTokens: 10, totalTokens: 110 }), output: [nth < steps ? call : said] };
      },
      getStreamedResponse: () => {
        throw new Error('not asked for');
      },
    };
    const agent = new Agent({ name: 'bench', instructions: 'Go on looking.', model, tools: [look] });
    return (await run(agent, 'Go.', { maxTurns: steps + 1 })).finalOutput;
  };
}

export async function mastra() {
  const { Agent } = await import('@mastra/core/agent');
  const { createTool } = await import('@mastra/core/tools');
  const { z } = await import('zod');
  const look = createTool({
    id: 'look',
    description: TOOL.description,
    inputSchema: z.object({ at: z.number() }),
    execute: async ({ at }) => SAW(at),
  });
  return async (steps, asked) => {
    const agent = new Agent({
      id: 'bench',
      name: 'bench',
      instructions: 'Go on looking.',
      model: languageModel(steps, asked),
      tools: { look },
    });
    return (await agent.generate('Go.', { maxSteps: steps + 1 })).text;
  };
}
