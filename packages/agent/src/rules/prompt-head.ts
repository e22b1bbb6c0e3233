export interface PromptHead {
  readonly instruction: string;
  readonly team?: TeamView;
  /** Instructions of toolsets. */
  readonly toolsets?: readonly string[];
  /** Texts of prompt files. */
  readonly files?: readonly string[];
  /** `2026-11-20`. */
  readonly date?: string;
  readonly environment?: EnvironmentInfo;
}

export interface EnvironmentInfo {
  readonly cwd: string;
  readonly git: boolean;
  readonly platform: string;
  readonly arch: string;
}

export interface Member {
  readonly name: string;
  readonly description?: string;
}

/** Whom an agent works with. */
export interface TeamView {
  /** Agents it can give tasks to. */
  readonly subAgents?: readonly Member[];
  /** It can also let them work in the background. */
  readonly background?: boolean;
  /** Agents it can hand the conversation to. */
  readonly handoffs?: readonly Member[];
  /** Those it works for, up to the first. */
  readonly parents?: readonly string[];
}

/** The text every prompt of an agent begins with: what changes least comes first. */
export function headText({ instruction, team, toolsets = [], files = [], date, environment }: PromptHead): string {
  const texts = [instruction, ...teamTexts(team ?? {}), ...toolsets, ...files];
  if (date) texts.push(`Today's date: ${date}`);
  if (environment) texts.push(environmentText(environment));
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n');
}

/** C15: nobody is told to give work back up: a task ends by being answered. */
function teamTexts({ subAgents = [], handoffs = [], parents = [], background }: TeamView): readonly string[] {
  const below = subAgents.filter(({ name }) => !parents.includes(name));
  const beside = handoffs.filter(({ name }) => !parents.includes(name));
  const texts: string[] = [];
  if (below.length > 0)
    texts.push(`You lead other agents. Give one of them a task with the tool transfer_task when its description fits the task better than you do; do the rest yourself. It knows nothing of this conversation: say in the task all that it needs, and what you expect back. Its answer comes to you, not to the user.${
      background ? ' With run_background_agent a task is worked on while you go on.' : ''
    }
${below.map(lineOf).join('\n')}`);
  if (beside.length > 0)
    texts.push(`You can hand the whole conversation to another agent with the tool handoff. It sees what was said so far and answers the user from then on. Do that when the rest of the work is its, and say nothing of your own about it.
${beside.map(lineOf).join('\n')}`);
  return texts;
}

const lineOf = ({ name, description }: Member): string =>
  `- ${name}${description?.trim() ? `: ${description.trim().replace(/\s+/g, ' ')}` : ''}`;

const environmentText = ({ cwd, git, platform, arch }: EnvironmentInfo) =>
  `Here is useful information about the environment you are running in:
<env>
Working directory: ${cwd}
Is directory a git repo: ${git ? 'Yes' : 'No'}
Operating System: ${platform}
CPU Architecture: ${arch}
</env>`;
