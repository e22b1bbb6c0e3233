import type { EventRow, LiveEvent, RunResult } from '@holdfast/agent';
import type { CallEvent, CallRecord } from '@holdfast/core/engine';
import { LOG_LEVELS, type LogLevel, type Terminal } from './context.ts';
import { recordLines } from './render/call-words.ts';
import { jsonCall, jsonLive, jsonResult, jsonRow } from './render/json-view.ts';
import { PlainView, type Line } from './render/plain-view.ts';
import { COLOR, PLAIN } from './render/style.ts';
import { TerminalView } from './render/terminal-view.ts';
import { tame, tameLine } from './render/width.ts';
import { wrapped } from './render/wrap.ts';

/** Where a run's events go: a live terminal, one line each on stderr, or JSON lines on stdout. */
export interface RunView {
  live(event: LiveEvent): void;
  call(event: CallEvent): void;
  row(row: EventRow): void;
  /** A row recorded before this run, which is not shown. */
  known(row: EventRow): void;
  /** Something that is not of the run but happened meanwhile: a line for people. */
  notice(text: string): void;
  /** The run is over. `fresh`: nothing of it was shown while it ran. */
  end(session: string, result: RunResult, exit: number, fresh: boolean): void;
}

export interface ViewOptions {
  readonly json: boolean;
  readonly explain: boolean;
  readonly logLevel: LogLevel;
}

export function runView(terminal: Terminal, { json, explain, logLevel }: ViewOptions): RunView {
  const view = json ? jsonView(terminal) : terminal.outIsTty ? liveView(terminal) : plainView(terminal, logLevel);
  if (!explain || json) return view;
  const records: CallRecord[] = [];
  return {
    ...view,
    call: (event) => {
      if (event.type === 'call-end') records.push(event.record);
      view.call(event);
    },
    end: (...args) => {
      view.end(...args);
      const lines = records
        .splice(0)
        .flatMap(recordLines)
        .map((line) => wrapped(tameLine(line), terminal.errIsTty ? terminal.columns() : undefined, '      '));
      if (lines.length > 0) terminal.err(`\n${lines.join('\n')}\n`);
    },
  };
}

function jsonView({ out, err }: Terminal): RunView {
  return {
    live: (event) => out(`${jsonLive(event)}\n`),
    call: (event) => out(`${jsonCall(event)}\n`),
    row: (row) => out(`${jsonRow(row)}\n`),
    known: () => {},
    notice: (text) => err(`holdfast: ${text}\n`),
    end: (session, result, exit) => out(`${jsonResult(session, result, exit)}\n`),
  };
}

function liveView(terminal: Terminal): RunView {
  const view = new TerminalView({
    style: terminal.color ? COLOR : PLAIN,
    // A window may change its size while a run goes on.
    get columns() {
      return terminal.columns();
    },
    get rows() {
      return terminal.rows();
    },
  });
  const write = (text: string): void => {
    if (text !== '') terminal.out(text);
  };
  return {
    live: (event) => write(view.live(event)),
    call: (event) => write(view.call(event)),
    row: (row) => write(view.row(row)),
    known: (row) => view.known(row),
    notice: (text) => write(view.notice(text)),
    end: (_session, { answer }, _exit, fresh) => {
      if (!fresh && answer !== '') write(`${tame(answer)}\n`);
    },
  };
}

function plainView({ out, err }: Terminal, logLevel: LogLevel): RunView {
  const view = new PlainView();
  const most = LOG_LEVELS.indexOf(logLevel);
  const lines = (all: readonly Line[]): void => {
    for (const { weight, text } of all) if (LOG_LEVELS.indexOf(weight) <= most) err(`${text}\n`);
  };
  return {
    live: () => {},
    call: (event) => lines(view.call(event)),
    row: (row) => lines(view.row(row)),
    known: (row) => view.known(row),
    notice: (text) => err(`holdfast: ${text}\n`),
    end: (_session, { why, answer }) => {
      if (why === 'done' && answer !== '') out(answer.endsWith('\n') ? answer : `${answer}\n`);
    },
  };
}
