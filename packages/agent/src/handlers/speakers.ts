import type { Clock, Model } from '@holdfast/core';
import type { AgentSettings } from '../agent-parts.ts';
import { Prompter } from '../rules/prompt.ts';
import type { PromptHead, TeamView } from '../rules/prompt-head.ts';
import type { RunState } from '../rules/run-state.ts';

type Prompt = Parameters<Model['doStream']>[0]['prompt'];

/** The prompts of one agent path, each built from the last: one builder per agent that speaks, anew after each compaction. */
export class Speakers {
  readonly #clock: Clock;
  readonly #builders = new Map<string, { readonly key: string; readonly prompter: Prompter }>();
  /** Made once a run: a prompt that changed at midnight would lose its cache. */
  #date: string | undefined;

  readonly #team: (agent: AgentSettings) => TeamView;

  constructor(clock: Clock, team: (agent: AgentSettings) => TeamView) {
    this.#clock = clock;
    this.#team = team;
  }

  prompt(agent: AgentSettings, instructions: readonly string[], state: RunState, context: readonly string[]): Prompt {
    const key = JSON.stringify(instructions);
    let own = this.#builders.get(agent.name);
    if (own?.key !== key) {
      const { historyItems, images } = agent;
      const shape = { ...(historyItems !== undefined && { historyItems }), ...(images !== undefined && { images }) };
      this.#builders.set(agent.name, (own = { key, prompter: new Prompter(this.#headOf(agent, instructions), shape) }));
    }
    return own.prompter.extend(state.transcript, { epoch: state.compactions, context }) as Prompt;
  }

  #headOf(agent: AgentSettings, toolsets: readonly string[]): PromptHead {
    const { instruction, addDate, environment, cwd } = agent;
    this.#date ??= dateOf(this.#clock.now());
    return {
      instruction,
      toolsets,
      team: this.#team(agent),
      ...(addDate && { date: this.#date }),
      ...(environment && { environment: { ...environment, cwd } }),
    };
  }
}

function dateOf(now: number): string {
  const date = new Date(now);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
