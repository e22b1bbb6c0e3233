import { glob, matches } from './glob.ts';

/**
 * A skill: instructions a model reads when a task calls for them. One of a folder may hold more files; one of the agent file has its text
 * with it.
 */
export interface Skill {
  readonly name: string;
  readonly description: string;
  /** Real path of its folder. Absent: it stands in the agent file. */
  readonly folder?: string;
  /** Its text as it was found. */
  readonly body: string;
  /** It runs as a child with a conversation of its own. */
  readonly fork: boolean;
  /** Of a fork: which model runs it. */
  readonly model?: string;
  /** Of a fork: only tools of these names or globs. */
  readonly allowedTools?: readonly string[];
}

/** Which skills an agent's file asks for. */
export interface SkillChoice {
  /** Those found in folders. */
  readonly local: boolean;
  /** Of those only these. */
  readonly names?: readonly string[];
  /** Those of the file itself. */
  readonly inline: readonly (Omit<Skill, 'body' | 'folder'> & { readonly instructions: string })[];
}

/** The file's own win over those found, of which the last of a name wins. `missing`: names that nobody found. */
export function chosenSkills(
  found: readonly Skill[],
  { local, names, inline }: SkillChoice,
): { readonly skills: readonly Skill[]; readonly missing: readonly string[] } {
  const own = inline.map(({ instructions: body, ...skill }): Skill => ({ ...skill, body }));
  const kept = local ? found.filter(({ name }) => names?.includes(name) ?? true) : [];
  const skills = [...new Map([...kept, ...own].map((skill) => [skill.name, skill])).values()];
  return { skills, missing: (names ?? []).filter((name) => !skills.some((skill) => skill.name === name)) };
}

/** What the prompt says of them: a model looks a skill up by its description. */
export function skillsPrompt(skills: readonly Skill[]): string {
  if (skills.length === 0) return '';
  const line = ({ name, description, fork }: Skill): string => `- ${name}: ${flat(description)}${fork ? ' (run_skill)' : ''}`;
  const forks = skills.some(({ fork }) => fork);
  const how = forks
    ? 'Before you work on what one of them is about, read it with read_skill and do as it says; those marked (run_skill) are run with run_skill instead, which does the work apart and answers its result.'
    : 'Before you work on what one of them is about, read it with read_skill and do as it says.';
  return `Skills hold instructions for certain tasks. ${how}\n\n${skills.map(line).join('\n')}`;
}

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The agent of a team that runs a skill for another one: that one, with the skill for its instruction. */
export const skillAgent = (agent: string, skill: string): string => `${agent}:${skill}`;

/** The tools a fork has: all but those that run skills, or those its file allows. */
export const forkKeeps = ({ allowedTools }: Skill, tool: string): boolean =>
  tool !== 'run_skill' && (allowedTools?.some((pattern) => matches(glob(pattern), tool)) ?? true);
