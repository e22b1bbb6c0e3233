import type { Row } from '../row.ts';

/** Errors the vendor packages throw by name, where no provider said more. */
export const PACKAGES: readonly Row[] = [
  { id: 'package/aborted', code: ['messageabortederror', 'apiuseraborterror', 'aborterror'], status: [0], kind: 'cancelled' },
  {
    id: 'package/no-key',
    code: ['ai_loadapikeyerror', 'credentialsprovidererror', 'providerautherror', 'tokenprovidererror'],
    kind: 'auth',
    say: 'no key',
  },
  { id: 'package/no-setting', code: ['ai_loadsettingerror'], kind: 'auth', say: 'a setting is missing' },
  {
    id: 'package/no-model',
    code: ['ai_nosuchmodelerror', 'providermodelnotfounderror', 'modelnotfounderror', 'gatewaymodelnotfounderror'],
    kind: 'model-missing',
  },
  {
    id: 'package/request',
    code: [
      'ai_invalidprompterror',
      'ai_invalidargumenterror',
      'ai_unsupportedfunctionalityerror',
      'ai_toomanyembeddingvaluesforcallerror',
      'ai_nosuchproviderreferenceerror',
      'ai_downloaderror',
      'ai_serializationerror',
    ],
    status: [0],
    kind: 'bad-request',
  },
  {
    id: 'package/no-body',
    code: ['ai_emptyresponsebodyerror'],
    status: [0],
    when: 'silent',
    kind: 'truncated',
    say: 'the answer had no body',
  },
  { id: 'package/empty', code: ['ai_nocontentgeneratederror', 'ai_nooutputgeneratederror'], status: [0], when: 'silent', kind: 'empty' },
  { id: 'package/data', code: ['ai_invalidresponsedataerror'], status: [0], when: 'silent', kind: 'malformed' },
  {
    id: 'package/refusal',
    code: ['contentfiltererror', 'contentpolicyviolationerror', 'ai_decisionrefusalerror', 'ai_extractionrefusalerror'],
    kind: 'refusal',
  },
];
