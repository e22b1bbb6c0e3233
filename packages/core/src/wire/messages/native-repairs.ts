import { NO_BETAS, type Repair } from '../../rules/transcript/repair-names.ts';
import { projectToolId } from '../../rules/transcript/tool-ids.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import type { BodyChanges } from '../protocol.ts';
import { eachBlock, eachMark, without } from './native-fields.ts';
import { fittedBudget, thinkingOff } from './native-thinking.ts';
import { PAIRS, type PairRow } from './pairs.data.ts';

/** T3: what a refusal named is taken out of the body. `changes`: those made already; repairs are made on what they leave. */
export const repaired = (body: JsonObject, changes: BodyChanges, repairs: readonly Repair[]): BodyChanges =>
  repairs.reduce((made, repair) => ({ ...made, ...mended({ ...body, ...made } as JsonObject, repair) }), changes);

/** Repairs of schemas and of what results belong to are for requests that came from elsewhere: a client of this protocol writes these as its provider wants. */
function mended(body: JsonObject, repair: Repair): BodyChanges {
  const [kind = '', subject = ''] = split(repair);
  switch (kind) {
    case 'setting':
      return apart(
        body,
        PAIRS.filter(({ name }) => name === subject),
      );
    case 'beta':
      return apart(body, rowsOfBetas(subject));
    case NO_BETAS:
      return apart(
        body,
        PAIRS.filter(({ betas, matters }) => betas.length > 0 && !matters),
      );
    case 'output':
      return Number(body['max_tokens']) > Number(subject)
        ? { max_tokens: Number(subject), ...fittedBudget({ ...body, max_tokens: Number(subject) }) }
        : {};
    case 'no-thinking':
      return body['thinking'] === undefined ? {} : thinkingOff(body);
    case 'effort':
      return isObject(body['output_config']) && body['output_config']['effort'] === subject ? without(body, 'output_config.effort') : {};
    case 'no-effort':
      return { ...without(body, 'output_config.effort'), ...(isOff(body['thinking']) && { thinking: undefined }) };
    case 'unmarked':
    case 'no-cache-marks':
      return eachMark(body, () => undefined);
    case 'no-images':
      return eachBlock(body, (block) => (block['type'] === 'image' ? leftOut('image') : block));
    case 'no-references':
      return {
        ...eachBlock(body, (block) => (isReference(block) ? leftOut(String(block['type'])) : block)),
        ...without(body, 'container'),
      };
    case 'plain-ids':
      return eachBlock(body, plainIds);
    default:
      return {};
  }
}

/** Ids that another provider gave to calls: the same map for call and result (providers C1). */
function plainIds(block: JsonObject): JsonObject {
  const field = block['type'] === 'tool_use' ? 'id' : block['type'] === 'tool_result' ? 'tool_use_id' : undefined;
  const id = field && block[field];
  if (!field || !isText(id)) return block;
  const plain = projectToolId(id, 0, 'anthropic');
  return plain === id ? block : { ...block, [field]: plain };
}

function split(repair: Repair): readonly string[] {
  const at = repair.indexOf(':');
  return at === -1 ? [repair] : [repair.slice(0, at), repair.slice(at + 1)];
}

const apart = (body: JsonObject, rows: readonly PairRow[]): BodyChanges =>
  rows
    .flatMap(({ fields }) => fields)
    .reduce<BodyChanges>((made, field) => {
      const now = { ...body, ...made } as JsonObject;
      return { ...made, ...(field === 'thinking' && now[field] !== undefined ? thinkingOff(now) : without(now, field)) };
    }, {});

const namesIn = (subject: string): readonly string[] => subject.split(',');

const rowsOfBetas = (subject: string): readonly PairRow[] =>
  PAIRS.filter(({ betas }) => betas.some((beta) => namesIn(subject).some((name) => name.startsWith(beta))));

const isOff = (thinking: Json | undefined): boolean => isObject(thinking) && thinking['type'] === 'disabled';

const leftOut = (what: string): JsonObject => ({ type: 'text', text: `[${what} left out]` });

const isReference = ({ type, source }: JsonObject): boolean =>
  type === 'container_upload' || (isObject(source) && source['type'] === 'file');

/** The header without the betas whose fields the repairs took out of the body; undefined when none is left. */
export function withoutBetas(header: string, repairs: readonly Repair[]): string | undefined {
  if (repairs.includes(NO_BETAS)) return undefined;
  const gone = repairs.flatMap((repair) => {
    const [kind, subject = ''] = split(repair);
    if (kind === 'beta') return [...namesIn(subject), ...rowsOfBetas(subject).flatMap(({ betas }) => betas)];
    return kind === 'setting' ? PAIRS.filter(({ name }) => name === subject).flatMap(({ betas }) => betas) : [];
  });
  const betas = header.split(',').map((beta) => beta.trim());
  const left = betas.filter((beta) => beta !== '' && !gone.some((one) => beta.startsWith(one)));
  return left.length > 0 ? left.join(',') : undefined;
}
