/**
 * `npm run demo`: a real run of the real command, through an outage, without a key and without a network. Two servers on loopback speak
 * the APIs of two vendors; everything between them and the terminal is what you would use.
 */
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, fold, openSqliteSessions, START, type RunState } from '@holdfast/agent';
import { labProvider, tempState } from '@holdfast/lab';
import { ANSWER, outage, QUESTION, script } from './story.ts';

const HERE = import.meta.dirname;
const BIN = join(HERE, '../../packages/cli/bin/holdfast.js');

/** The command with this terminal as its own. Ctrl-C reaches it as well as us: it stops the run, and we tidy up after it. */
function holdfast(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const wait = (): void => {};
  process.on('SIGINT', wait);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  }).finally(() => process.off('SIGINT', wait)) as Promise<number>;
}

/** What was stored of the run: the answer as anybody would find it afterwards. */
async function storedAnswer(folder: string): Promise<string> {
  const store = await openSqliteSessions({ folder, alive: () => false });
  try {
    const [newest] = await store.list({ limit: 1 });
    let state: RunState = START;
    for (const { event } of newest ? await store.read(newest.id, 0) : []) state = fold(state, event);
    return answerOf(state);
  } finally {
    await store.close();
  }
}

async function demo(): Promise<boolean> {
  using temp = tempState('holdfast-demo');
  const [notes, state] = [join(temp.dir, 'notes'), join(temp.dir, 'state')];
  cpSync(join(HERE, 'library'), notes, { recursive: true });
  await using harbour = await labProvider({ name: 'harbour', protocol: 'anthropic-messages', key: 'demo-key-of-harbour', script, outage });
  await using lantern = await labProvider({ name: 'lantern', protocol: 'openai-chat', key: 'demo-key-of-lantern', script });
  const env = {
    ...process.env,
    DEMO_HARBOUR_URL: harbour.url,
    DEMO_HARBOUR_KEY: 'demo-key-of-harbour',
    DEMO_BEACON_URL: lantern.url,
    DEMO_BEACON_KEY: 'demo-key-that-was-revoked',
    DEMO_LANTERN_URL: lantern.url,
    DEMO_LANTERN_KEY: 'demo-key-of-lantern',
  };
  console.log('Two model servers on loopback:');
  console.log(`  ${harbour.url} speaks Anthropic messages`);
  console.log(`  ${lantern.url} speaks OpenAI chat completions`);
  console.log('The agent may ask three models. The first will fail twice,\nthe second has a bad key.');
  console.log(`\n> ${QUESTION}\n`);
  const began = performance.now();
  const exit = await holdfast(['run', join(HERE, 'agent.yaml'), QUESTION, '--explain', '--state', state], notes, env);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const complete = exit === 0 && (await storedAnswer(state)) === ANSWER;
  const asked = harbour.requests.length + lantern.requests.length;
  console.log(
    `\nanswer complete: ${complete ? 'yes, word for word' : 'no'} · exit code ${exit} · ${asked} request${asked === 1 ? '' : 's'} · ${seconds} s`,
  );
  return complete;
}

process.exitCode = (await demo()) ? 0 : 1;
