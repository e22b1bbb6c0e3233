/** The look of an exported session, light or dark as its reader has it. */
export const STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --dim: #606a78; --user: #1f6feb; --bad: #c62828; --good: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --line: #353b45; --soft: #1c2027; --dim: #98a2b0; --user: #6ea8fe; --bad: #ef7b7b; --good: #7cc27f; } }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 52rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
small { color: var(--dim); font-weight: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .85rem; color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: .35rem 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.user > h2 { color: var(--user); }
.task pre, .holdfast pre, .thinking pre, .note { color: var(--dim); }
.note { font-size: .85rem; margin: .35rem 0; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .35rem .7rem; background: var(--soft); }
details pre { font: .82rem/1.45 ui-monospace, monospace; max-height: 30rem; overflow: auto; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.failed > summary { color: var(--bad); }
.done > summary { color: var(--good); }
.child { border-left: 3px solid var(--line); margin: .75rem 0; padding-left: 1rem; }
.summary { border-top: 1px dashed var(--line); border-bottom: 1px dashed var(--line); }
img { max-width: 100%; height: auto; }
`;
