import type { EventRow, LiveEvent, RunResult, ToolCall } from '@holdfast/agent';
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
  /** Calls of such a reply. */
  knownCalls(calls: readonly ToolCall[]): void;
  /** It was typed here, or given with the command: it need not be shown when the run takes it. */
  typed(text: string): void;
  /** Something that is not of the run but happened meanwhile: a line for people. */
  notice(text: string): void;
  /** A quiet word of ours, on a terminal. */
  remark(text: string): void;
  /** What a user asked to see, as it is. */
  print(lines: readonly string[]): void;
  /** A question or a typed line stands on the terminal now. */
  parted(): void;
  /** From here on only what belongs to this session is shown live. */
  watch(session: string): void;
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
    knownCalls: () => {},
    typed: () => {},
    notice: (text) => err(`holdfast: ${tame(text)}\n`),
    remark: () => {},
    print: (lines) => err(`${tame(lines.join('\n'))}\n`),
    parted: () => {},
    watch: () => {},
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
  let watched: string | undefined;
  const other = (session: string | undefined): boolean => watched !== undefined && session !== undefined && session !== watched;
  const others = new Set<string>();
  return {
    live: (event) => write(other(event.session) ? '' : view.live(event)),
    call: (event) => {
      if (event.type === 'call-start' && other(event.session?.split('/')[0])) others.add(event.call);
      if (!others.has(event.call)) write(view.call(event));
      if (event.type === 'call-end') others.delete(event.call);
    },
    row: (row) => write(view.row(row)),
    known: (row) => view.known(row),
    knownCalls: (calls) => view.knownCalls(calls),
    typed: (text) => view.typed(text),
    notice: (text) => write(view.notice(text)),
    remark: (text) => write(view.remark(text)),
    print: (lines) => write(view.print(lines)),
    parted: () => view.parted(),
    watch: (session) => void (watched = session),
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
    knownCalls: (calls) => view.knownCalls(calls),
    typed: (text) => view.typed(text),
    notice: (text) => err(`holdfast: ${tame(text)}\n`),
    remark: (text) => err(`${tame(text)}\n`),
    print: (lines) => err(`${tame(lines.join('\n'))}\n`),
    parted: () => {},
    watch: () => {},
    end: (_session, { why, answer }) => {
      if (why === 'done' && answer !== '') out(answer.endsWith('\n') ? answer : `${answer}\n`);
    },
  };
}
