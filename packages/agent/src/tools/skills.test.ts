import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skillOf } from '../config/skill-file.ts';
import { findSkills } from '../io/skill-folders.ts';
import type { ToolContext } from '../ports.ts';
import { chosenSkills, skillsPrompt, type Skill } from '../rules/skill.ts';
import { skillTools } from './skills.ts';

const NEVER = new AbortController().signal;
let dir = '';
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};
const skill = (name: string, more = ''): string => `---\nname: ${name}\ndescription: About ${name}\n${more}---\n\nDo ${name}.\n`;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-skills-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const context = (): ToolContext => ({
  id: '1',
  cwd: dir,
  signal: NEVER,
  session: 's',
  agent: 'root',
  path: [],
  live: () => {},
  elicit: async () => ({ action: 'decline' }),
});

const call = async (skills: readonly Skill[], name: string, input: Record<string, unknown>) => {
  const tool = skillTools(skills, async ({ name: which }, task) => ({ output: `${which} did ${task}`, failed: false })).find(
    (one) => one.name === name,
  )!;
  const { output, failed } = await (await tool.prepare(input, context())).run();
  return failed ? `failed: ${output}` : output;
};

describe('skills of folders', () => {
  it('are found at home and in the project; the nearest of a name wins; links and hidden folders are left out', async () => {
    put('home/.codex/skills/a/b/deep/SKILL.md', skill('deep'));
    put('home/.claude/skills/one/SKILL.md', skill('one'));
    put('home/.claude/skills/one/nested/SKILL.md', skill('nested'));
    put('home/.agents/skills/two/SKILL.md', skill('two'));
    put('repo/.git/HEAD', '');
    put('repo/.agents/skills/two/SKILL.md', skill('two', 'license: MIT\n'));
    put('repo/sub/.agents/skills/near/SKILL.md', skill('near'));
    put('repo/sub/.claude/skills/.hidden/SKILL.md', skill('hidden'));
    put('repo/sub/.claude/skills/bad/SKILL.md', '---\nname: bad\n---\nno description');
    symlinkSync(join(dir, 'home/.claude/skills/one'), join(dir, 'repo/sub/.claude/skills/linked'));
    const { skills, warnings } = await findSkills(join(dir, 'home'), join(dir, 'repo/sub'), NEVER);
    expect(skills.map(({ name, folder }) => [name, folder?.slice(dir.length)])).toEqual([
      ['deep', '/home/.codex/skills/a/b/deep'],
      ['one', '/home/.claude/skills/one'],
      ['two', '/home/.agents/skills/two'],
      ['two', '/repo/.agents/skills/two'],
      ['near', '/repo/sub/.agents/skills/near'],
    ]);
    expect(warnings).toEqual([`${join(dir, 'repo/sub/.claude/skills/bad/SKILL.md')} is no skill: its head has no "description"`]);
    const chosen = chosenSkills(skills, { local: true, names: ['two', 'nowhere'], inline: [] });
    expect(chosen.skills.map(({ folder }) => folder?.slice(dir.length))).toEqual(['/repo/.agents/skills/two']);
    expect(chosen.missing).toEqual(['nowhere']);
  });

  it.each([
    ['# no head', { error: 'it has no head between two lines of ---' }],
    ['---\na: [\n---\n', { error: expect.stringContaining('not valid YAML') }],
    [
      '---\r\ndescription: "x"\r\ncontext: fork\r\nallowed-tools: read_*, shell\r\nmodel: fast\r\n---\r\nBody\r\n',
      { name: 'folder', description: 'x', body: 'Body', fork: true, model: 'fast', allowedTools: ['read_*', 'shell'] },
    ],
  ])('%j', (text, expected) => expect(skillOf(text, 'folder')).toEqual(expected));
});

describe('tools of skills', () => {
  const inline: Skill = { name: 'greet', description: 'How to\ngreet', body: 'Say hello.', fork: false };
  const fork: Skill = { name: 'audit', description: 'Audits', body: 'Audit it.', fork: true };

  it('without skills there are none; what an agent has decides the rest', () => {
    const names = (skills: readonly Skill[]) => skillTools(skills, async () => ({ output: '', failed: false })).map(({ name }) => name);
    expect(names([])).toEqual([]);
    expect(names([inline])).toEqual(['read_skill']);
    expect(names([{ ...inline, folder: dir }, fork])).toEqual(['read_skill', 'read_skill_file', 'run_skill']);
  });

  it('a skill is read with the names of its files; a file of it is read, and nothing outside its folder', async () => {
    put('skills/pdf/SKILL.md', skill('pdf'));
    put('skills/pdf/docs/forms.md', 'Fill them.');
    put('skills/secret.md', 'no');
    symlinkSync(join(dir, 'skills/secret.md'), join(dir, 'skills/pdf/link.md'));
    const pdf: Skill = { name: 'pdf', description: 'PDFs', folder: join(dir, 'skills/pdf'), body: 'Do pdf.', fork: false };
    expect(await call([pdf], 'read_skill', { name: 'pdf' })).toBe('Do pdf.\n\nIts files, for read_skill_file:\ndocs/forms.md');
    expect(await call([pdf], 'read_skill_file', { name: 'pdf', path: 'docs/forms.md' })).toContain('Fill them.');
    for (const path of ['../secret.md', 'link.md', join(dir, 'skills/secret.md'), '/etc/passwd'])
      expect(await call([pdf], 'read_skill_file', { name: 'pdf', path })).toBe(`failed: ${path} is outside the folder of the skill "pdf".`);
  });

  it('one of its own conversation is run with its task; a name that is none is answered with the nearest', async () => {
    expect(await call([inline, fork], 'run_skill', { name: 'audit', task: 'the code' })).toBe('audit did the code');
    expect(await call([inline, fork], 'read_skill', { name: 'audit' })).toContain('call run_skill');
    expect(await call([inline], 'read_skill', { name: 'gret' })).toBe('failed: There is no skill "gret". Did you mean "greet"?');
    expect(await call([fork, inline], 'run_skill', { name: 'greet', task: 'x' })).toMatch(/^failed: There is no skill "greet"/);
  });

  it('the prompt names each in one line, and says how forks are run', () => {
    expect(skillsPrompt([])).toBe('');
    expect(skillsPrompt([inline])).toMatch(/do as it says\.\n\n- greet: How to greet$/);
    expect(skillsPrompt([inline, fork])).toMatch(/run_skill instead.*\n\n- greet: How to greet\n- audit: Audits \(run_skill\)$/s);
  });
});
