import { factsOf, isInside, outsideOf, relativeTo, type TouchedCall } from './permit-facts.ts';
import { covers, pattern } from './permit-pattern.ts';
import { RUNNERS } from './permit-shell.ts';
import { isDestructive } from './safer-shell.ts';
import { BLANK } from './shell-segments.ts';

/**
 * The narrowest useful rule for "allow what looks like this": of a command its program and what it is told to do, of a path its folder, of
 * an address its host, else the tool.
 *
 * S1. It covers the call it was made for; where no rule can, there is none.
 * S2. Of a command it never covers another program, and of one that runs other commands or destroys things nothing but the very same line.
 */
export function patternFor(call: TouchedCall, cwd: string): string | undefined {
  const facts = factsOf(call, cwd);
  const text = call.touches.command === undefined ? ofArguments(call, cwd) : ofCommand(call, cwd, facts.command?.simple);
  return text !== undefined && covers(pattern(text), facts) ? text : undefined;
}

/** Programs whose first word says what they do. */
const SUBCOMMANDS = new Set(
  (
    'git npm pnpm yarn bun docker kubectl cargo go pip pip3 uv poetry brew apt apt-get systemctl gh helm terraform make dotnet rustup gradle mvn ' +
    './gradlew ./mvnw just task nx turbo'
  ).split(' '),
);
/** Words that say nothing without the next one. */
const JOINTS = new Set(['run', 'compose', 'tool', 'remote', 'stash', 'workspace']);
/** Programs that run what they are given, or write where they are told: their arguments are the whole matter. */
const FREE = new Set(
  'npx bunx uvx python python3 node deno ruby perl php lua awk gawk sed find rm rmdir mv cp dd tee ln chmod chown kill pkill curl wget tar rsync scp'.split(
    ' ',
  ),
);

function ofCommand(call: TouchedCall, cwd: string, simple: string | undefined): string | undefined {
  const { tool, touches, input } = call;
  const argument = Object.keys(input).find((key) => input[key] === touches.command);
  if (simple === undefined || argument === undefined) return undefined;
  const place = outsideOf(call, cwd).length > 0 && typeof input['cwd'] === 'string' ? `:cwd=${literal(input['cwd'])}` : '';
  return `${literal(tool.name)}:${argument}=${commandGlob(simple)}${place}`;
}

function commandGlob(simple: string): string {
  const words = simple.split(' ');
  const [program, what] = words as [string, string?];
  const name = program.slice(program.lastIndexOf('/') + 1).toLowerCase();
  if (RUNNERS.has(name) || FREE.has(name) || isDestructive(simple.replaceAll(BLANK, ' '))) return literal(simple);
  if (what === undefined) return literal(simple);
  if (!SUBCOMMANDS.has(program)) return `${literal(program)} *`;
  const told = words.slice(1, JOINTS.has(what) ? 3 : 2);
  if (told.some((word) => word.startsWith('-') || /[*?[\]]/.test(word)) || (JOINTS.has(what) && told.length < 2)) return literal(simple);
  return `${literal([program, ...told].join(' '))}*`;
}

function ofArguments(call: TouchedCall, cwd: string): string | undefined {
  const { tool, input, touches } = call;
  const real = [...touches.reads, ...touches.writes];
  const name = literal(tool.name);
  const argument = ['path', 'paths'].find((key) => key in input);
  if (argument !== undefined && real.length > 0) return `${name}:${argument}=${pathGlob(real, cwd)}`;
  const address = ['url', 'urls'].find((key) => key in input);
  if (address === undefined) return name;
  const origins = new Set([input[address]].flat().map(originOf));
  const [origin] = origins;
  return origins.size === 1 && origin !== undefined ? `${name}:${address}=${literal(origin)}/*` : undefined;
}

/** Of one path its folder, if that is below the working directory; of several the folder they share. */
function pathGlob(paths: readonly string[], cwd: string): string {
  const folders = paths.map((path) => path.slice(0, path.lastIndexOf('/')));
  const shared = folders.reduce((near, folder) => {
    while (!isInside(folder, near) && near !== '') near = near.slice(0, near.lastIndexOf('/'));
    return near;
  });
  const below = shared !== cwd && isInside(shared, cwd);
  if (below) return `${literal(relativeTo(shared, cwd))}/*`;
  const [only] = paths;
  if (paths.length > 1) return shared === cwd ? `${literal(cwd)}/*` : `${literal(shared)}/*`;
  return literal(isInside(only!, cwd) ? relativeTo(only!, cwd) : only!);
}

function originOf(value: unknown): string | undefined {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  return url === null || url.origin === 'null' ? undefined : url.origin;
}

/** As a glob that stands for this text. A `?` takes the place of what the form of a rule has no word for. */
const literal = (text: string): string =>
  text
    .replace(/[\\*?[]/g, '\\$&')
    .replaceAll(BLANK, '?')
    .replace(/:(?=[A-Za-z_][\w.-]*=)/g, '?');
