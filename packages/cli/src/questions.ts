import type { Answer, Pending } from '@holdfast/agent/engine';
import type { Terminal } from './context.ts';
import { fieldLines, fieldsOf, type Field } from './render/form-fields.ts';
import { fillField } from './render/form-fill.ts';
import { askedOf, readAnswer } from './render/question-lines.ts';
import { tame, tameLine } from './render/width.ts';
import { wrapped } from './render/wrap.ts';

export interface DialoguePorts {
  readonly terminal: Pick<Terminal, 'ask' | 'columns'>;
  /** What a rule for calls like this would be; absent where none can be made. */
  readonly rule?: string;
}

/** Puts one question of a run to the user, again until there is an answer. The end of the input is a no. */
export async function askQuestion({ terminal, rule }: DialoguePorts, question: Pending, signal: AbortSignal): Promise<Answer> {
  const fields = question.about === 'elicitation' && question.elicitation.mode === 'form' ? fieldsOf(question.elicitation.schema) : [];
  const { above, prompt } = askedOf(question, terminal.columns(), rule);
  if (fields.length > 0) return fillForm(terminal, above, fields, signal);
  const text = `${above}\n${prompt}`;
  let again = '';
  for (;;) {
    const typed = await terminal.ask(again === '' ? text : `  ${tameLine(again)}\n${prompt}`, signal, { fresh: true });
    const read = readAnswer(question, typed, rule);
    if ('answer' in read) return read.answer;
    again = read.again;
  }
}

/** Field after field; `-` declines the whole form. */
async function fillForm(
  terminal: DialoguePorts['terminal'],
  above: string,
  fields: readonly Field[],
  signal: AbortSignal,
): Promise<Answer> {
  const content: [string, unknown][] = [];
  let before = `${above}\n  - declines\n`;
  for (const field of fields) {
    const [head = '', ...options] = fieldLines(field).map((line) => wrapped(`  ${tame(line)}`, terminal.columns()));
    before += [head, ...options].map((line) => `${line}\n`).join('');
    for (;;) {
      const typed = await terminal.ask(`${before}  ${tameLine(field.name)}: `, signal, { fresh: true });
      before = '';
      if (typed === undefined || typed.trim() === '-') return { decision: 'deny' };
      const filled = fillField(field, typed);
      if ('value' in filled) content.push([field.name, filled.value]);
      if (!('error' in filled)) break;
      before = `  ${tameLine(filled.error)}\n`;
    }
  }
  return { decision: 'allow', content: Object.fromEntries(content) };
}
