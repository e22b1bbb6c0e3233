/** Vendors by the host that was asked, for rows that hold for one vendor only; an entry may be called anything. */
export const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)anthropic\.com$/, 'anthropic'],
  [/(?:^|\.)openai\.com$|(?:^|\.)chatgpt\.com$/, 'openai'],
  [/(?:^|\.)googleapis\.com$/, 'google'],
  [/(?:^|\.)azure\.com$/, 'azure'],
  [/(?:^|\.)amazonaws\.com$/, 'amazon-bedrock'],
  [/(?:^|\.)openrouter\.ai$/, 'openrouter'],
  [/(?:^|\.)githubcopilot\.com$/, 'github-copilot'],
  [/(?:^|\.)x\.ai$/, 'xai'],
  [/(?:^|\.)groq\.com$/, 'groq'],
  [/(?:^|\.)mistral\.ai$/, 'mistral'],
  [/(?:^|\.)deepseek\.com$/, 'deepseek'],
  [/(?:^|\.)bigmodel\.cn$|(?:^|\.)z\.ai$/, 'zhipu'],
  [/(?:^|\.)aliyuncs\.com$/, 'dashscope'],
  [/(?:^|\.)moonshot\.(?:cn|ai)$|(?:^|\.)kimi\.com$/, 'moonshot'],
];
