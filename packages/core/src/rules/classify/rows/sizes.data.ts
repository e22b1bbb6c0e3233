import type { Row } from '../row.ts';

/** Refused for the size of what was sent, or of one limit window: no rest makes it fit. */
export const SIZES: readonly Row[] = [
  {
    id: 'size/over-limit',
    status: [0, 400, 413, 429],
    match: /limit[^\n]{1,30}requested/i,
    unless: /model token limit|context/i,
    when: 'over-limit',
    kind: 'too-large',
  },
  {
    id: 'size/prompt-over-limit',
    status: [429],
    match: /reduce the (?:prompt|message|input) (?:length|size)/i,
    when: 'over-limit',
    kind: 'too-large',
  },
  {
    id: 'size/image',
    status: [0, 400, 413, 422],
    match: /image[^\n]{0,60}(?:exceeds?|too large|larger than|too big|dimensions exceed)|too many images/i,
    kind: 'too-large',
  },
  {
    id: 'size/pdf',
    status: [0, 400, 413, 422],
    match: /pdf pages|pdf[^\n]{0,40}(?:too large|exceeds)|maximum of \d+ pages/i,
    kind: 'too-large',
  },
  {
    id: 'size/media',
    status: [0, 400, 413, 422],
    match: /(?:audio|video|file|media|attachment)[^\n]{0,30}(?:too (?:large|long|big)|exceeds (?:the )?(?:max|limit|size))/i,
    kind: 'too-large',
  },
  {
    id: 'size/string',
    status: [0, 400, 413, 422],
    match: /string too long|string_above_max_length|too many (?:messages|tools|functions)|array too long/i,
    kind: 'too-large',
  },
  {
    id: 'size/wire',
    status: [0, 400, 413, 422, 500],
    match:
      /request_too_large|request (?:is )?too large|payload too large|request entity too large|(?:body|payload) (?:is )?too large|(?:payload|body) size exceeds|exceeds the maximum (?:allowed )?(?:size|number of bytes)|body exceeded/i,
    unless: /max size: [\d,]+ tokens/i,
    kind: 'too-large',
  },
  {
    id: 'size/code',
    code: [
      'request_too_large',
      'string_above_max_length',
      'array_above_max_length',
      'image_too_large',
      'file_too_large',
      'badrequest.toolarge',
      'string_too_long',
      'max_message_size_exceeded',
    ],
    kind: 'too-large',
  },
];
