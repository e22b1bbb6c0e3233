import { nearest } from '@holdfast/core/engine';
import { CommandError, EXIT } from '../context.ts';
import { typedMessage } from '../prompt-text.ts';
import { tameLine } from '../render/width.ts';
import type { Command, Talk } from './ground.ts';
import { folderOf } from './folder.ts';
import { table } from './table.ts';

const needs = (what: string): never => {
  throw new CommandError(EXIT.usage, what);
};

async function model(talk: Talk, rest: string): Promise<void> {
  if (rest === '') return listModels(talk);
  const agents = (await talk.ground.runtime.agents()).map(({ name }) => name);
  const equals = rest.indexOf('=');
  const [agent, ref] =
    equals > 0 && agents.includes(rest.slice(0, equals)) ? [rest.slice(0, equals), rest.slice(equals + 1)] : [talk.agent, rest];
  await talk.choose(agent, ref === '-' ? undefined : ref.trim());
}

async function listModels(talk: Talk): Promise<void> {
  const rows = (await talk.ground.runtime.agents()).map(({ name, model: own }) => {
    const chosen = talk.models.get(name);
    const named = [talk.ground.agents?.get(name)?.model ?? own, ...(talk.ground.agents?.get(name)?.fallback ?? [])];
    return [name, tameLine(named.join(', ')), chosen === undefined ? '' : `now: ${tameLine(chosen)}`];
  });
  table(talk, [['AGENT', 'MODELS OF THE FILE', ''], ...rows]);
  talk.print(['/model [AGENT=]REF asks another from here on; /model - its own again']);
}

async function agent(talk: Talk, rest: string): Promise<void> {
  const all = await talk.ground.runtime.agents();
  if (rest === '') {
    const rows = all.map(({ name, description }) => [name === talk.agent ? `* ${name}` : `  ${name}`, tameLine(description)]);
    table(talk, rows);
    return talk.print(['/agent NAME: who answers what is said next']);
  }
  if (!all.some(({ name }) => name === rest)) {
    const near = nearest(
      rest,
      all.map(({ name }) => name),
    );
    needs(`there is no agent "${rest}"${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  talk.turnTo(rest);
}

function yolo(talk: Talk): void {
  if (talk.options.yolo) return talk.remark('this session was begun with --yolo; begin one without it to be asked');
  talk.yolo = !talk.yolo;
  talk.remark(
    talk.yolo
      ? 'yolo: from here on this terminal says yes to every approval that no rule denies; /yolo again asks you'
      : 'yolo is off: you are asked again',
  );
}

async function steer(talk: Talk, rest: string): Promise<void> {
  if (rest === '') needs('/steer what? What follows it is said to the run at its next step');
  await talk.steer(typedMessage(rest, folderOf(talk)));
}

/** Commands that change what happens. */
export const STEERING: readonly Command[] = [
  { name: 'steer', rest: 'TEXT', says: 'say it to the run under way at its next step', run: steer },
  { name: 'continue', rest: '', says: 'go on with a run that was stopped or broke off', run: (talk) => talk.goOn() },
  {
    name: 'compact',
    rest: '[WORDS]',
    says: 'summarise the conversation; the words say what matters',
    run: (talk, rest) => talk.compact(rest),
  },
  { name: 'model', rest: '[[AGENT=]REF | -]', says: 'the models; ask another; its own again', run: model },
  { name: 'agent', rest: '[NAME]', says: 'the agents; who answers next', run: agent },
  { name: 'yolo', rest: '', says: 'answer every approval with yes, or ask again', run: yolo },
  { name: 'new', rest: '', says: 'begin a new session', run: (talk) => talk.switchTo(undefined) },
  { name: 'exit', rest: '', says: 'leave when the run is over', run: (talk) => talk.leave() },
];
