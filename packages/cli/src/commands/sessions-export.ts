import { exportHtml, exportJson, exportMarkdown, type EventRow, type SessionHead } from '@holdfast/agent/engine';
import { nearest } from '@holdfast/core/engine';
import { CommandError, EXIT } from '../context.ts';
import { writePrivate } from '../io/text-file.ts';
import { tame } from '../render/width.ts';
import { findSession } from '../session-ref.ts';
import type { SessionsDesk } from './sessions-desk.ts';

const FORMATS = { json: exportJson, md: exportMarkdown, html: exportHtml } satisfies Record<
  string,
  (head: SessionHead, rows: readonly EventRow[]) => string
>;
type Format = keyof typeof FORMATS;

const NAMES: Readonly<Record<string, Format>> = { json: 'json', md: 'md', markdown: 'md', html: 'html', htm: 'html' };

/** One session as a text, on stdout or in a file. Without `--format` the file's name tells it, else it is Markdown. */
export async function exported({ store, context, options, of }: SessionsDesk): Promise<number> {
  const { terminal, json } = context;
  const { output, words } = options;
  const format = formatOf(options.format, output, json);
  if (json && output === undefined && format !== 'json')
    throw new CommandError(EXIT.usage, `--json leaves stdout to JSON: write the ${format} to a file with -o FILE`);
  const head = await findSession(store, words[0] ?? '-1', of);
  const rows = await store.read(head.id, 0);
  if (output === undefined) {
    if (json) terminal.out(`${JSON.stringify({ session: head, rows })}\n`);
    // What a tool put out must not steer the terminal; a pipe or a file gets it as it is.
    else terminal.out(terminal.outIsTty ? tame(FORMATS[format](head, rows)) : FORMATS[format](head, rows));
    return EXIT.done;
  }
  writePrivate(output, FORMATS[format](head, rows));
  if (json) terminal.out(`${JSON.stringify({ exported: head.id, format, file: output })}\n`);
  return EXIT.done;
}

function formatOf(named: string | undefined, output: string | undefined, json: boolean): Format {
  if (named !== undefined) {
    const format = NAMES[named.toLowerCase()];
    if (format) return format;
    const near = nearest(named, Object.keys(NAMES));
    throw new CommandError(EXIT.usage, `--format: no "${named}"${near ? `; did you mean ${near}?` : ''}: use json, md or html`);
  }
  const ending = /\.(\w+)$/.exec(output ?? '')?.[1]?.toLowerCase() ?? '';
  return NAMES[ending] ?? (json ? 'json' : 'md');
}
