/** What stands above the tables in the document. */
export const page = (measured: string): string => `# The fault table

Each fault befalls the first of two targets, over real HTTP, through the vendors' own packages; the second target is healthy and does what it is
asked. The caller is the AI SDK. Made by \`npm run -s bench:faults -- --md\`, which anybody can run after \`npm --prefix bench/peers ci\`:

${measured}

- *complete*: the whole text once, a finish reason, no error
- *error*: the call ends in an error, whatever was shown before
- **cut**: the text lacks its end or a piece, and nothing says so · **doubled**: it begins twice · **empty**: nothing, taken for an answer ·
  **hangs**: no end

Where the two protocols differ, both are told. Each library is used as its documents say: ai-retry with \`maxRetries: 0\`, at the place of the model and
around the call; the AI SDK's own limits (\`timeout\`) are set for all but holdfast, which has limits of its own.
`;
