import type { EventRow, LiveEvent, RunEvent, ToolCall } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import { CallLines, cutWords } from './call-lines.ts';
import { Effective } from './effective.ts';
import { Floor, isLate, type Speaker } from './floor.ts';
import { leadOf, RowLines } from './row-lines.ts';
import { speakerOf } from './row-words.ts';
import { RunTotals } from './run-totals.ts';
import { Stage, type Screen } from './stage.ts';
import { tame, tameLine } from './width.ts';

export type { Screen };

type Path = EventRow['path'];

/**
 * A run on a terminal, live. Every method answers what is to be written; nothing is written here. T1, T2 are the stage's, S1–S3 the floor's.
 *
 * T3. Text from models and tools cannot steer the terminal.
 * T4. Who works for another agent is indented, and named on each line.
 * T5. An answer is shown whole and once, whichever comes first, its pieces or its row: over a network they have no order.
 */
export class TerminalView {
  readonly #stage: Stage;
  readonly #rows: RowLines;
  readonly #floor = new Floor();
  readonly #effective = new Effective();
  readonly #lines = new CallLines();
  #totals = new RunTotals();

  constructor(screen: Screen) {
    this.#stage = new Stage(screen);
    this.#rows = new RowLines(screen);
  }

  /** Somebody typed this here: it stands on the screen already. */
  typed(text: string): void {
    this.#rows.typed(text);
  }

  /** A question or a typed line stands where the answer was. */
  parted(): void {
    if (this.#stage.holds) this.#floor.part();
    this.#stage.part();
  }

  live(event: LiveEvent): string {
    const speaker = this.#floor.of(event.path);
    if (isLate(event, speaker)) return '';
    switch (event.type) {
      case 'withdrawn':
        this.#floor.withdraw(speaker, event.attempt);
        return '';
      case 'tool-input':
        return '';
      case 'tool-output':
        return this.#say(event.path, this.#rows.output(event));
      default:
        if (event.type === 'text') speaker.streamed += event.text;
        return this.#floor.speak(
          speaker,
          event.attempt,
          (took) => (took ? this.#stage.close() : '') + this.#stage.stream(event.type, event.text, leadOf(event.path)),
        );
    }
  }

  call(event: CallEvent): string {
    if (event.type === 'call-end') this.#totals.add(event.record);
    const path = this.#effective.pathOf(event);
    const struck = event.type === 'withdrawn' ? this.#strike(path) : '';
    const other = this.#effective.line(event);
    const line = this.#effective.isOld(event) ? undefined : this.#lines.line(event);
    const warning = line === undefined ? '' : this.#say(path, this.#rows.warning(path, tameLine(line)));
    return struck + warning + (other === undefined ? '' : this.#say(path, this.#rows.aside(path, `· ${tameLine(other)}`)));
  }

  /** Something that is not of the run but happened meanwhile. */
  notice(text: string): string {
    return this.#stage.line(this.#rows.warning([], tame(text)));
  }

  /** A word of ours, quietly. */
  remark(text: string): string {
    return this.#stage.line(this.#rows.aside([], tame(text)));
  }

  print(lines: readonly string[]): string {
    return this.#stage.line(tame(lines.join('\n')));
  }

  row(row: EventRow): string {
    const { event, path } = row;
    const speaker = this.#floor.of(path);
    if (event.type === 'model-reply') {
      this.known(row);
      const whole = event.blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
      const missed = whole.startsWith(speaker.streamed) ? whole.slice(speaker.streamed.length) : '';
      speaker.streamed = '';
      speaker.answered = { run: row.run, turn: event.turn };
      return this.#floor.say(speaker, () => this.#reply(speaker, path, event, missed)) + this.#floor.flush();
    }
    if (event.type === 'run-end') return this.#floor.say(speaker, () => this.#end({ ...row, event })) + this.#floor.flush();
    const said = this.#say(path, this.#rows.of(row));
    if (event.type !== 'model-failed') return said;
    const closed = this.#floor.has(speaker) ? this.#stage.close() : '';
    this.#floor.leave(speaker);
    return said + closed + this.#floor.flush();
  }

  /** A row that was recorded before this run: its calls may be run now. */
  known({ event }: EventRow): void {
    if (event.type === 'model-reply') this.knownCalls(event.blocks.flatMap((block) => (block.type === 'tool-call' ? [block] : [])));
  }

  knownCalls(calls: readonly ToolCall[]): void {
    this.#rows.knownCalls(calls);
  }

  #reply(speaker: Speaker, path: Path, event: RunEvent & { readonly type: 'model-reply' }, missed: string): string {
    const end = this.#stage.close(tame(missed), leadOf(path));
    this.#floor.leave(speaker);
    const cut = cutWords(event.finish);
    return end + (cut === undefined ? '' : this.#stage.line(this.#rows.warning(path, cut)));
  }

  #end(row: Parameters<RowLines['end']>[0]): string {
    this.#floor.gone(row.path);
    if (row.path.length > 0) return this.#stage.line(this.#rows.end(row, undefined));
    const totals = this.#totals.line();
    this.#totals = new RunTotals();
    return this.#stage.close() + this.#stage.line(this.#rows.end(row, totals));
  }

  /** T1. What was torn apart, or was said before somebody above took the floor, can only be said to be void. */
  #strike(path: Path): string {
    const speaker = this.#floor.of(path);
    const { parted } = speaker;
    const here = this.#floor.has(speaker);
    if (!here && !parted) return '';
    const struck = here ? this.#stage.strike() : '';
    this.#floor.leave(speaker);
    const above = parted ? this.#say(path, this.#rows.aside(path, `↑ what ${speakerOf(path) || 'it'} said before this is void`)) : '';
    return struck + above + this.#floor.flush();
  }

  #say(path: Path, text: string): string {
    return text === '' ? '' : this.#floor.say(this.#floor.of(path), () => this.#stage.line(text));
  }
}
