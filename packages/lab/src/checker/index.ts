/**
 * What the APIs behind the four protocols would refuse of a request, written from the vendors' documents and refusals (`spec` facts), and from
 * nothing of the code that makes requests. The lab's providers apply it on request (`LabModel.checked`), each in its vendor's words.
 */
import { anthropic } from './anthropic.ts';
import { chat } from './chat.ts';
import { bad, type Checked, type Complaint } from './complaint.ts';
import { google } from './google.ts';
import { isRow, row, type Row } from './read.ts';
import { responses } from './responses.ts';

export type { Checked, Complaint } from './complaint.ts';

const CHECKS = { 'anthropic-messages': anthropic, 'openai-chat': chat, 'openai-responses': responses, google } as const;

/** Everything that is wrong with a request's body, worst first: a vendor tells only the first. */
export function complaints(protocol: keyof typeof CHECKS, body: unknown, checked: Checked = {}): readonly Complaint[] {
  if (!isRow(body)) return [bad('We could not parse the JSON body of your request.')];
  return [...settings(protocol, body, checked), ...CHECKS[protocol](body, checked)];
}

const LIMITS = {
  'anthropic-messages': 'max_tokens',
  'openai-chat': 'max_tokens',
  'openai-responses': 'max_output_tokens',
  google: 'maxOutputTokens',
} as const;

function* settings(protocol: keyof typeof CHECKS, body: Row, { refuses = [], maxOutput = Infinity }: Checked): Iterable<Complaint> {
  const fields = protocol === 'google' ? { ...body, ...row(body['generationConfig']) } : body;
  for (const name of refuses) if (fields[name] !== undefined) yield refused(protocol, name);
  const wanted = fields[LIMITS[protocol]] ?? fields['max_completion_tokens'];
  if (typeof wanted === 'number' && wanted > maxOutput)
    yield bad(
      protocol === 'anthropic-messages'
        ? `max_tokens: ${wanted} > ${maxOutput}, which is the maximum allowed number of output tokens for this model`
        : `max_tokens is too large: ${wanted}. This model supports at most ${maxOutput} completion tokens, whereas you provided ${wanted}.`,
    );
}

function refused(protocol: keyof typeof CHECKS, name: string): Complaint {
  if (protocol === 'anthropic-messages') return bad(`${name}: Extra inputs are not permitted`);
  if (protocol === 'google')
    return bad(`Invalid JSON payload received. Unknown name "${name}" at 'generation_config': Cannot find field.`, 'INVALID_ARGUMENT');
  const way = name === 'max_tokens' ? " Use 'max_completion_tokens' instead." : '';
  return bad(`Unsupported parameter: '${name}' is not supported with this model.${way}`, 'unsupported_parameter');
}
