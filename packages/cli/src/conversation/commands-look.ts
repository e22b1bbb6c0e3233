import { systemClock } from '@holdfast/core/engine';
import { CommandError, EXIT } from '../context.ts';
import { wallTime } from '../io/wall-time.ts';
import { healthLines } from '../render/health-table.ts';
import { sessionLines } from '../render/session-table.ts';
import { tameLine } from '../render/width.ts';
import { findSession } from '../session-ref.ts';
import type { Command, Talk } from './ground.ts';
import { table } from './table.ts';
import { toolsOf } from './tool-look.ts';

/** Messages whose cost is listed, sessions that are. */
const [MESSAGES, SESSIONS] = [20, 20];

const elsewhere = (what: string): never => {
  throw new CommandError(EXIT.usage, `${what} is not to be had from here: the session runs on another machine`);
};

function spoken({ session }: Talk): string {
  if (session === undefined) throw new CommandError(EXIT.usage, 'there is no session yet: nothing was said');
  return session;
}

async function sessions(talk: Talk, rest: string): Promise<void> {
  const { runtime, file, store } = talk.ground;
  if (rest !== '') {
    const list = store ?? { list: () => runtime.sessions() };
    return talk.switchTo((await findSession(list, rest, file)).id);
  }
  const heads = await runtime.sessions({ limit: SESSIONS });
  const { terminal } = talk.context;
  talk.print([...sessionLines(heads, (at) => wallTime(at), terminal.columns()), '/sessions REF goes on with one']);
}

async function health({ ground, print }: Talk): Promise<void> {
  const beliefs = ground.beliefs ? await ground.beliefs() : elsewhere('what rests');
  const now = systemClock.now();
  print(healthLines(beliefs, now, (at) => wallTime(at, now)));
}

async function tools(talk: Talk): Promise<void> {
  const { ground, agent, signal, print } = talk;
  const parts = ground.parts?.(agent) ?? elsewhere('the list of tools');
  const found = await toolsOf(parts, signal);
  const { subAgents = [], handoffs = [] } = parts.agent;
  const rows = [
    ...found.map(({ name, description, readOnly }) => [name, readOnly ? 'reads' : '', tameLine(firstSentence(description))]),
    ...(subAgents.length > 0 ? [['transfer_task', '', `Gives a task to ${subAgents.join(', ')}.`]] : []),
    ...(handoffs.length > 0 ? [['handoff', '', `Hands over to ${handoffs.join(', ')}.`]] : []),
  ];
  if (rows.length === 0) print([`${agent} has no tools`]);
  else table(talk, rows);
}

const firstSentence = (text: string): string => /^[^]*?[.!?](?=\s|$)/.exec(text.trim())?.[0] ?? text.trim();

async function title(talk: Talk, rest: string): Promise<void> {
  if (rest === '') throw new CommandError(EXIT.usage, '/title what? The words after it name the session');
  const store = talk.ground.store ?? elsewhere('its title');
  await store.update(spoken(talk), { title: rest });
  talk.remark(`this session is called "${rest}"`);
}

async function star(talk: Talk): Promise<void> {
  const store = talk.ground.store ?? elsewhere('its star');
  const session = spoken(talk);
  const starred = !((await store.head(session))?.starred ?? false);
  await store.update(session, { starred });
  talk.remark(starred ? 'this session has a star' : 'this session has no star any more');
}

/** Commands that show something, and what names a session. */
export const LOOKING: readonly Command[] = [
  { name: 'sessions', rest: '[REF]', says: 'the sessions of this file; go on with one', run: sessions },
  { name: 'cost', rest: '', says: 'what each message cost, and the session', run: (talk) => talk.print(talk.costs(MESSAGES)) },
  { name: 'health', rest: '', says: 'what rests now, why and until when', run: health },
  { name: 'tools', rest: '', says: 'what the agent can call', run: tools },
  { name: 'title', rest: 'TEXT', says: 'name this session', run: title },
  { name: 'star', rest: '', says: 'mark this session, or unmark it', run: star },
];
