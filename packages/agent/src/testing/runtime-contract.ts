import type { RuntimePorts } from '../compose.ts';
import type { Runtime } from '../runtime.ts';
import type { ContractCase } from './contract-kit.ts';
import * as runs from './runtime-runs.ts';
import * as said from './runtime-said.ts';
import type { OpenPorts } from './runtime-scene.ts';

export interface OpenRuntime {
  readonly runtime: Runtime;
  close(): Promise<void>;
}

type Open = (ports: RuntimePorts) => Promise<OpenRuntime>;

/** What every runtime does, wherever it runs. `open` builds one over these ports; the suite closes it. */
export function runtimeContract(open: Open): readonly ContractCase[] {
  return CASES.map(([name, check]) => ({
    name,
    run: async () => {
      const opened: OpenRuntime[] = [];
      try {
        await check(async (ports) => {
          const own = await open(ports);
          opened.push(own);
          return own.runtime;
        });
      } finally {
        for (const one of opened) await one.close();
      }
    },
  }));
}

const CASES: readonly (readonly [string, (open: OpenPorts) => Promise<void>])[] = [
  ['a run has its rows, from its start to its end, and what it came to; they are read as often as one likes', runs.whole],
  ['several prompts are several messages, in order, with their files', runs.prompts],
  ['V3: a session goes on, turn after turn; a run’s rows are its own', runs.turns],
  ['V1: a session whose run goes on is busy, and nothing is added to it; afterwards a third run works', runs.busy],
  ['V2: two sessions run side by side', runs.beside],
  ['a session that is not there is missing, to every verb', runs.missing],
  ['a steering message is taken by the run under way', said.steered],
  ['a follow-up is a turn of its own, behind the one under way', said.followedUp],
  ['too much that waits is full, and nothing is dropped', said.full],
  ['a question is pending until it is answered; a second answer and one to no question are gone', said.questions],
  ['a refusal goes to the model with its reason', said.denied],
  ['a tool that was approved for the session is asked about once', said.approvedTool],
  ['what is stopped is gone on with; what is done is answered at once', runs.stopped],
  ['a model that is chosen is asked from then on', said.chosenModel],
  ['rules are put into the log, those of a new session before its first prompt', said.permissions],
  ['rows are followed from anywhere, and on', runs.follows],
  ['pieces of an answer are heard as they come, until nobody listens', runs.live],
  ['sessions are listed, the newest first, and agents are told', runs.listed],
  ['a conversation is summarised by hand, with words of the user’s', said.compacted],
  ['close stops what runs', runs.closes],
];
