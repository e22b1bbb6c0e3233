/**
 * An MCP server over stdio that does what servers do wrong: `node mcp-server-worker.ts [FLAG …]`. Every process of it leaves its number
 * in ./pids, and what happened to it in ./events.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { Server, UrlElicitationRequiredError, type CallToolResult, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const flags = new Set(process.argv.slice(2));
appendFileSync('pids', `${process.pid}\n`);
const note = (text: string): void => appendFileSync('events', `${text}\n`);
const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 60_000));

if (flags.has('hang')) {
  process.stderr.write('still warming up\n');
  note('hangs');
  await forever();
}
if (flags.has('exit')) {
  process.stderr.write('no TOKEN in the environment\n');
  process.exit(7);
}
if (flags.has('not-yet') && !existsSync('ready')) process.exit(1);
if (flags.has('banner')) process.stdout.write('Welcome to the server!\n{"json": "but no message"}\n\n');
if (flags.has('loud')) process.stdout.write(`${'banner '.repeat(2_000_000)}\n`);
if (flags.has('only-banner')) {
  process.stdout.write('Listening on port 3000\n');
  note('hangs');
  await forever();
}
if (flags.has('stubborn')) {
  process.on('SIGTERM', () => note('SIGTERM'));
  void forever();
}

const words = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });
const listed = (name: string, more: object = {}) => ({
  name,
  description: `does ${name}`,
  inputSchema: { type: 'object' as const },
  ...more,
});

const tools: Record<string, (input: Record<string, unknown>, context: ServerContext) => Promise<CallToolResult>> = {
  echo: async (input) => words(JSON.stringify(input)),
  environment: async () => words(JSON.stringify(process.env)),
  fail: async () => ({ ...words('there is no such thing'), isError: true }),
  refuse: () => Promise.reject(new Error('not in this mood')),
  die: async () => {
    note('died');
    process.stderr.write('segmentation fault, sort of\n');
    process.exit(3);
  },
  'die-once': async () => {
    note('called');
    if (existsSync('has-died')) return words('second time lucky');
    writeFileSync('has-died', '');
    process.exit(3);
  },
  wait: async (_, { mcpReq }) => {
    note('waiting');
    mcpReq.signal.addEventListener('abort', () => note('cancelled'));
    return forever();
  },
  steps: async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken === undefined) return words('nobody listens');
    for (const progress of [1, 2, 3])
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 3, message: `step ${progress}` } });
    return words('done');
  },
  grow: async () => {
    tools['grown'] = async () => words('I am new');
    await server.sendToolListChanged();
    return words('grown');
  },
  ask: async (_, { mcpReq }) => {
    const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } }, required: ['name'] };
    return words(JSON.stringify(await mcpReq.elicitInput({ message: 'Who are you?', requestedSchema })));
  },
  visit: async (_, { mcpReq }) =>
    words(JSON.stringify(await mcpReq.elicitInput({ mode: 'url', message: 'Sign in', url: 'https://a.example/', elicitationId: 'e1' }))),
  gate: async () => {
    note('gate');
    if (existsSync('visited')) return words('come in');
    writeFileSync('visited', '');
    throw new UrlElicitationRequiredError([{ mode: 'url', message: 'Sign in first', url: 'https://a.example/', elicitationId: 'e2' }]);
  },
  huge: async () => words('x'.repeat(11_000_000)),
  garbage: async () => {
    process.stdout.write('DEBUG: about to answer\n');
    return words('answered');
  },
  children: async () => {
    const script = "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 60000); console.log('up')";
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    appendFileSync('pids', `${child.pid}\n`);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return words('running');
  },
  picture: async () => ({ content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] }),
};

const annotated: Record<string, object> = {
  echo: {
    annotations: { readOnlyHint: true },
    inputSchema: { type: 'object', properties: { text: { type: 'string' }, more: { type: 'string' } } },
  },
  'die-once': { annotations: { idempotentHint: true } },
};

const server = new Server(
  { name: 'trouble', version: '1' },
  { capabilities: { tools: { listChanged: true }, prompts: {} }, instructions: 'Handle with care.' },
);
server.setRequestHandler('tools/list', () => {
  note('listed');
  if (flags.has('hang-list')) return forever();
  return { tools: Object.keys(tools).map((name) => listed(name, annotated[name])) };
});
server.setRequestHandler('tools/call', async ({ params }, context) => tools[params.name]!(params.arguments ?? {}, context));
server.setRequestHandler('prompts/list', () => ({
  prompts: [{ name: 'greet', description: 'Says hello', arguments: [{ name: 'who', required: true }] }],
}));
server.setRequestHandler('prompts/get', ({ params }) => {
  if (params.name !== 'greet') throw new Error(`no prompt ${params.name}`);
  const content = { type: 'text' as const, text: `Greet ${params.arguments?.['who']}.` };
  const image = { type: 'image' as const, data: 'aGk=', mimeType: 'image/png' };
  return {
    messages: [
      { role: 'user', content },
      { role: 'assistant', content: image },
    ],
  };
});
await server.connect(new StdioServerTransport());
