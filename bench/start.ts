/** How long the bin takes to start, its compile cache filled: to print its help, and to send the first request of a run. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labProvider, tempState } from '@holdfast/lab';
import { report, type Figure } from './figure.ts';
import { inTurns, median } from './measure.ts';

const BIN = join(import.meta.dirname, '../packages/cli/bin/holdfast.js');
const ROUNDS = 15;

using temp = tempState('holdfast-bench');
const work = join(temp.dir, 'work');
mkdirSync(work);
const file = join(work, 'agent.yaml');
const env = {
  PATH: process.env['PATH'],
  HOME: temp.dir,
  HOLDFAST_STATE: join(temp.dir, 'state'),
  NODE_COMPILE_CACHE: join(temp.dir, 'compiled'),
  LAB_KEY: 'lab-key-1',
};

/** Ms from the start of a process to its end; `word` sees what it says when it fails. */
function child(args: readonly string[]): Promise<number> {
  const began = performance.now();
  const process_ = spawn(process.execPath, args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  process_.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  process_.stdout.resume();
  return new Promise((resolve, reject) => {
    process_.on('error', reject);
    process_.on('close', (code) => {
      const ms = performance.now() - began;
      if (code === 0) resolve(ms);
      else reject(new Error(`node ${args.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

await using provider = await labProvider({ name: 'lab', protocol: 'openai-chat', key: 'lab-key-1', script: { text: 'Here.' } });
await using second = await labProvider({ name: 'lab', protocol: 'anthropic-messages', key: 'lab-key-1', script: { text: 'Here.' } });

function agentFile(api: string, url: string): void {
  writeFileSync(
    file,
    `providers:
  lab:
    api: ${api}
    base_url: ${url}
    token_key: LAB_KEY
agents:
  root:
    model: lab/small-1
    instruction: Answer briefly.
    toolsets:
      - type: filesystem
      - type: shell
`,
  );
}

/** Ms until the request reaches the provider: its head was read and its body parsed. */
async function firstRequest(): Promise<number> {
  const began = performance.now();
  let at = 0;
  const offs = [provider, second].map((one) => one.onRequest((asked) => asked.nth > 0 && at === 0 && (at = performance.now())));
  try {
    await child([BIN, 'run', file, 'Who is there?']);
  } finally {
    for (const off of offs) off();
  }
  if (at === 0) throw new Error('no request came');
  return at - began;
}

const forApi = (api: string, url: string) => async (): Promise<number> => {
  agentFile(api, url);
  return firstRequest();
};

const times = await inTurns(
  {
    node: () => child(['-e', '0']),
    help: () => child([BIN, '--help']),
    chat: forApi('openai-chat', provider.url),
    messages: forApi('anthropic-messages', second.url),
  },
  { rounds: ROUNDS, warm: 2 },
);
const bare = `bare node -e 0: ${median(times.node).toFixed(0)} ms`;

report([
  { what: 'holdfast --help, second start', value: median(times.help), unit: 'ms', target: { value: 120, sense: 'at most' }, beside: bare },
  {
    what: 'run to its first request, openai-chat',
    value: median(times.chat),
    unit: 'ms',
    target: { value: 350, sense: 'at most' },
    beside: bare,
  },
  {
    what: '  the same, anthropic-messages',
    value: median(times.messages),
    unit: 'ms',
    target: { value: 350, sense: 'at most' },
    beside: bare,
  },
] satisfies Figure[]);
