import { readCommand, shellAllows, shellDenies, shellRule } from './permit-shell.ts';

/**
 * What the built-in hook `safer_shell` says of a command line: nothing of what only looks, and of everything else that a person should see
 * it. What it destroys is named where it is known.
 */
export function saferShell(command: string): { readonly ask: string } | undefined {
  const line = readCommand(command);
  const kind = KINDS.find(({ rules }) => rules.some((rule) => shellDenies(rule, line)));
  if (kind) return { ask: `this command ${kind.does}` };
  if (!ACTS.test(line.text) && SAFE.some((rule) => shellAllows(rule, line))) return undefined;
  return { ask: 'nobody can say what this command changes' };
}

export const isDestructive = (command: string): boolean => {
  const line = readCommand(command);
  return KINDS.some(({ rules }) => rules.some((rule) => shellDenies(rule, line)));
};

const kind = (does: string, ...rules: readonly string[]) => ({ does, rules: rules.map(shellRule) });

const KINDS = [
  // No program has the first name: only what may turn out to be any program matches.
  kind('runs what is known only when it runs', '\u0001', 'curl *|*sh*', 'curl *|*python*', 'wget *|*sh*', 'wget *|*python*'),
  kind('deletes files', 'rm *', 'rmdir *', 'unlink *', 'shred *', 'truncate *', 'find * -delete*', 'git clean *'),
  kind('overwrites disks or partitions', 'mkfs*', 'dd *', 'fdisk *', 'parted *', 'wipefs *', 'mkswap *', 'diskutil erase*'),
  kind(
    'throws away work in git',
    'git reset --hard*',
    'git push * -f*',
    'git push -f*',
    'git push *--force*',
    'git branch -D *',
    'git checkout -- *',
    'git restore *',
    'git stash drop*',
    'git stash clear*',
    'git filter-branch*',
    'git update-ref -d*',
  ),
  kind('changes rights or owners', 'chmod *', 'chown *', 'chgrp *', 'setfacl *'),
  kind('acts as another user', 'sudo *', 'su', 'su *', 'doas *'),
  kind('ends processes or the machine', 'kill *', 'killall *', 'pkill *', 'shutdown*', 'reboot*', 'halt*', 'poweroff*', 'systemctl stop *'),
  kind(
    'deletes containers, volumes or images',
    'docker rm *',
    'docker rmi *',
    'docker *prune*',
    'docker volume rm *',
    'docker network rm *',
    'docker compose down*',
    'podman rm *',
    'podman *prune*',
  ),
  kind('deletes what runs elsewhere', 'kubectl delete *', 'kubectl drain *', 'helm uninstall *', 'terraform destroy*', 'aws * delete*'),
  kind('deletes data', 'dropdb *', '*drop table*', '*drop database*', 'redis-cli flushall*', 'redis-cli flushdb*'),
];

/** Options by which what only looks writes a file or runs a program. */
const ACTS = / --(output|pre|ext-diff|textconv|hostname-bin)/;

const SAFE = (
  'ls|ls *|pwd|pwd *|cat *|head *|tail *|wc *|file *|stat *|du|du *|df|df *|echo *|date|whoami|id|uname|uname *|which *|type *|tree|' +
  'grep *|rg *|diff *|cmp *|cut *|basename *|dirname *|realpath *|git status*|git log*|git diff*|git show*|git branch|' +
  'git branch -a|git branch -v*|git remote|git remote -v|git rev-parse *|git blame *|git ls-files*|docker ps*|docker images*|docker logs *|' +
  'docker inspect *|kubectl get *|kubectl describe *|kubectl logs *|npm ls*|go version|node --version|npm --version'
)
  .split('|')
  .map(shellRule);
