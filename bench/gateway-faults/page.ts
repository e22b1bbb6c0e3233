/** What stands above the table in the document. */
export const page = (measured: string): string => `## Through the gateway

The same faults, met by a plain HTTP client with a strict reader of chat completions: once through \`holdfast serve\`, once through Portkey's gateway with its
\`fallback\` strategy. Both targets speak chat completions, the first one a frame every 2 ms; each case has a gateway process and providers of its
own. Made by \`npm run -s bench:gateway-faults -- --md\`, after \`npm --prefix bench/peers ci\`:

${measured}

- *complete*: the whole text once, a finish reason, the terminator, no error · *error*: an error status, or an error event in the stream
- **cut**: text is missing, and nothing says so · **doubled**: it begins twice · **empty**: nothing, taken for an answer · **hangs**: no end, and nothing new for 3 s
- **broken**: neither an answer nor an error of the protocol (HTML, an error as a body with status 200, a frame that does not parse, the whole text without
  its terminator), or a connection that breaks without a word
`;
