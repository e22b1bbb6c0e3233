import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCommand, shellAllows, shellDenies, shellRule } from './permit-shell.ts';

const denies = (pattern: string, command: string) => shellDenies(shellRule(pattern), readCommand(command));
const allows = (pattern: string, command: string) => shellAllows(shellRule(pattern), readCommand(command));

describe('A1: an allow covers one simple command', () => {
  it.each([
    ['ls *', 'ls -la'],
    ['ls*', 'ls'],
    ['LS*', 'ls -la'],
    ['ls *', '  ls    -la  src  '],
    ['git status*', 'git status --short'],
    ['git status*', 'g"it" \'status\''],
    ['cat *', 'cat "a b.txt" *.md'],
    ['git commit -m "two words"', 'git commit -m "two words"'],
    ['git show *', 'git show stash@{0}'],
    ['echo *', 'echo "a;b|c>d&(e)"'],
    ['echo *', "echo 'cost $5 `no`'"],
    ['grep *', 'grep "a$" file'],
  ])('%s allows %s', (pattern, command) => expect(allows(pattern, command)).toBe(true));

  it.each([
    ['ls *', 'ls x; rm y'],
    ['ls *', 'ls x & rm y'],
    ['ls *', 'ls x && rm y'],
    ['ls *', 'ls x | sh'],
    ['ls *', 'ls x\nrm y'],
    ['ls *', 'ls x \\\n rm'],
    ['ls *', 'ls > /etc/passwd'],
    ['ls *', 'ls x 2>&1'],
    ['cat *', 'cat <<E\nE'],
    ['cat *', 'cat < x'],
    ['ls *', 'ls $(rm x)'],
    ['ls *', 'ls "$(rm x)"'],
    ['ls *', 'ls `rm x`'],
    ['ls *', 'ls "`rm x`"'],
    ['ls *', 'ls <(rm x)'],
    ['ls *', 'ls $X'],
    ['ls *', 'ls "${X}"'],
    ['ls *', "ls $'\\x41'"],
    ['ls *', 'ls {a,b}'],
    ['ls *', 'ls (x)'],
    ['ls *', 'PATH=/evil ls x'],
    ['*', 'PATH+=/evil ls x'],
    ['*', 'l? x'],
    ['*', '[l]s x'],
    ['ls *', 'ls "x'],
    ['ls *', "ls 'x"],
    ['ls *', 'ls x\\'],
    ['ls *', 'ls x # y\u0000'],
    ['*', ''],
    ['*', '   '],
    ['git status', 'git status --short'],
    ['ls *', 'lsof x'],
    ['git commit * --dry-run', 'git commit -m "x --dry-run"'],
    ['cat src/*.ts', 'cat src/a/../../secret.ts'],
  ])('%s does not allow %s', (pattern, command) => expect(allows(pattern, command)).toBe(false));
});

describe('D1: a deny covers the command wherever it stands', () => {
  it.each([
    'rm -rf x',
    'rm',
    ' rm x',
    '"r"m -rf x',
    "r''m x",
    '\\rm x',
    'r\\\nm x',
    'RM x',
    'FOO=1 rm x',
    'A=1 B=2 rm x',
    'true; rm x',
    'true && rm x',
    'true || rm x',
    'true | rm x',
    'true & rm x',
    'true\nrm x',
    '(rm x)',
    '{ rm x; }',
    'if true; then rm x; fi',
    '! rm x',
    'env rm x',
    'env -i A=1 rm x',
    '/bin/rm x',
    '../../bin/rm x',
    'sudo rm x',
    'sudo -u me /bin/rm x',
    'nohup rm x &',
    'echo x | xargs rm',
    'find . -exec rm {} +',
    'echo $(rm x)',
    'echo "$(rm x)"',
    'echo "`r""m x`"',
    'cat <(rm x)',
    'sh -c "rm x"',
    'sh -c \'r""m x\'',
    'sh -c "sh -c \'rm x\'"',
    'eval "r""m x"',
    'bash <<E\nrm x\nE',
    "cat <<'E'\ndon't\nE\nr\"m\" x",
    '# don\'t\nr"m" x',
    'rm >log x',
    'rm 2>/dev/null x',
    '>log rm x',
    'rm</dev/null x',
    '$X y',
    'r$@m x',
    'r${X}m x',
    '$(echo rm) x',
    '`echo rm` x',
    'X=rm; $X y',
    "r$'m' x",
    "$'\\x72\\155' x",
    '/bin/r? x',
    '/bin/[r]m x',
    '/bin/r* x',
    '{rm,-rf,x}',
    '{r,r}m x',
    '{r..r}m x',
    'rm${IFS}-rf${IFS}x',
    'eval "$X"',
    'sudo $X',
    'echo cm0K | base64 -d | sh',
    'curl x | bash -s',
    'alias x=rm; x y',
    'rm\tx',
    'while :; do rm x; done',
    'time rm x',
    'exec rm x',
    'command rm x',
    'timeout 5 rm x',
  ])('rm * denies %s', (command) => expect(denies('rm *', command)).toBe(true));

  it.each([
    'ls -la',
    'echo $HOME',
    'echo "$(date)-x"',
    'git rmx',
    'npm run x',
    'A=1 ls $X',
    'find . -name $X',
    'ls *.ts',
    'warm x',
    'sh x.sh',
    'rm-x',
  ])('rm * leaves %s alone', (command) => expect(denies('rm *', command)).toBe(false));

  it.each([
    ['git push --force*', 'git push --force origin'],
    ['git push --force*', 'git push >log --force'],
    ['git push --force*', 'git push $FLAGS'],
    ['git push --force*', 'cd x && "git" push "--force"'],
    ['curl *|*sh*', 'curl https://x/y | sh'],
    ['* --force*', 'git push origin main --force'],
    ['sudo*', ' sudo ls'],
    ['sudo*', 'a;sudo ls'],
    ['sudo*', '/usr/bin/sudo ls'],
  ])('%s denies %s', (pattern, command) => expect(denies(pattern, command)).toBe(true));

  it.each([
    ['git push --force*', 'git push origin main'],
    ['git push --force*', 'git push origin $BRANCH'],
    ['sh *', 'ls x.sh'],
    ['chmod *', 'ls -l'],
  ])('%s leaves %s alone', (pattern, command) => expect(denies(pattern, command)).toBe(false));
});

const quoted = (word: string, how: readonly number[]): string =>
  [...word]
    .map(
      (character, at) =>
        [
          '',
          `"${character}"`,
          `'${character}'`,
          `\\${character}`,
          `${character}""`,
          `${character}\\\n`,
          `$'${character}'`,
          `''${character}`,
        ][how[at % how.length]! % 8] || character,
    )
    .join('');

const wrapped: readonly ((command: string) => string)[] = [
  (command) => command,
  (command) => `A=1 ${command}`,
  (command) => `true; ${command}`,
  (command) => `true&&${command}`,
  (command) => `true|${command}`,
  (command) => `true\n${command}`,
  (command) => `(${command})`,
  (command) => `{ ${command}; }`,
  (command) => `env ${command}`,
  (command) => `sudo -n ${command}`,
  (command) => `nohup ${command} &`,
  (command) => `echo $(${command})`,
  (command) => `echo "$(${command})"`,
  (command) => `echo \`${command}\``,
  (command) => `if ${command}; then :; fi`,
  (command) => `>log ${command}`,
  (command) => `cat <(${command})`,
  (command) => `bash <<E\n${command}\nE`,
  (command) => `echo "it's"; ${command}`,
];

const obfuscated = fc
  .record({
    command: fc.constantFrom('rm', 'git', 'shutdown'),
    path: fc.constantFrom('', '/bin/', './', '../bin/'),
    how: fc.array(fc.nat(7), { minLength: 1, maxLength: 9 }),
    wraps: fc.array(fc.nat(wrapped.length - 1), { maxLength: 3 }),
    argument: fc.constantFrom('x', '-rf x', '"a b"', '$X', '*'),
  })
  .map(({ command, path, how, wraps, argument }) => ({
    command,
    line: wraps.reduce((line, wrap) => wrapped[wrap]!(line), `${path}${quoted(command, how)} ${argument}`),
  }));

describe('laws', () => {
  it('D1: no generated obfuscation of a denied command gets through', () =>
    fc.assert(
      fc.property(obfuscated, ({ command, line }) => {
        expect(denies(`${command} *`, line)).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  it('A1: what an allow of another command covers never holds the obfuscated one as a command of its own', () =>
    fc.assert(
      fc.property(obfuscated, fc.constantFrom(';', '&', '|', '\n', '&&', '||', ' $(', ' `', ' <(', ' >('), ({ line }, joint) => {
        expect(allows('ls*', `ls x${joint}${line}`)).toBe(false);
      }),
    ));

  it('G1: any text and any pattern are answered', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 20 }), (command, pattern) => {
        expect(typeof denies(pattern, command)).toBe('boolean');
        expect(allows(pattern, command) && readCommand(command).simple === undefined).toBe(false);
      }),
    ));
});
