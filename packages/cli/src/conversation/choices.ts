import { CommandError, EXIT } from '../context.ts';
import type { Ground } from './ground.ts';
import type { StartInput } from '@holdfast/agent/engine';

/** What was chosen and no run knows yet: who answers next, and with which models while there is no session. */
export class Choices {
  turnedTo: string | undefined;
  readonly models = new Map<string, string>();

  choose(agent: string, ref: string | undefined): void {
    if (ref === undefined) this.models.delete(agent);
    else this.models.set(agent, ref);
  }

  /** For the next run of a session, or the first of a new one. */
  input(session: string | undefined): Pick<StartInput, 'session' | 'agent' | 'models'> {
    if (session !== undefined) return { session, ...(this.turnedTo !== undefined && { agent: this.turnedTo }) };
    const models = [...this.models].map(([agent, ref]) => ({ agent, ref }));
    return { ...(this.turnedTo !== undefined && { agent: this.turnedTo }), ...(models.length > 0 && { models }) };
  }
}

/** A slip is told where it is typed, not by each answer from then on. A server tells it later. Throws a `CommandError`. */
export function askable({ modelFor }: Pick<Ground, 'modelFor'>, agent: string, ref: string): void {
  try {
    modelFor?.(agent, ref);
  } catch (error) {
    throw new CommandError(EXIT.usage, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
